import { seeded } from '../model/random.ts'
import { mix } from './random.ts'

export interface Augmentation {
  /** Smallest share of the area that a crop keeps; 1 switches cropping off. */
  cropMinimum: number
  /** Probability of a mirrored picture. */
  flip: number
}

/** A crop in shares of the picture, and whether to mirror it. */
export interface Change {
  left: number
  top: number
  width: number
  height: number
  flip: boolean
}

const whole: Change = { left: 0, top: 0, width: 1, height: 1, flip: false }

/**
 * The change for one picture in one epoch: a crop of `cropMinimum` … 1 of the area with an aspect between 3:4 and 4:3
 * (RandomResizedCrop's law; a crop that does not fit is shortened), then perhaps a mirror image.
 * A pure function of its arguments, so that a resumed run sees the same pictures.
 */
export function changeOf(seed: number, epoch: number, sample: number, { cropMinimum, flip }: Augmentation): Change {
  if (cropMinimum >= 1 && flip <= 0) return whole
  const random = seeded(mix(seed, epoch, sample, 0xa09))
  const area = cropMinimum + (1 - cropMinimum) * random()
  const aspect = cropMinimum >= 1 ? 1 : Math.exp((2 * random() - 1) * Math.log(4 / 3))
  const width = Math.min(1, Math.sqrt(area * aspect))
  const height = Math.min(1, Math.sqrt(area / aspect))
  const left = random() * (1 - width)
  const top = random() * (1 - height)
  return { left, top, width, height, flip: random() < flip }
}

/**
 * Writes the changed picture into `target` at `offset`, at the same size, sampled bilinearly with the edge repeated.
 * `picture`: uint8 RGB, [size, size, 3], row by row.
 */
export function applyChange(
  picture: Uint8Array,
  size: number,
  change: Change,
  target: Uint8Array,
  offset: number,
): void {
  if (change === whole) return target.set(picture, offset)
  const columns = taps(size, change.left, change.width, change.flip)
  const rows = taps(size, change.top, change.height, false)
  let out = offset
  for (let y = 0; y < size; y++) {
    const above = rows.low[y]! * size * 3
    const below = rows.high[y]! * size * 3
    const down = rows.share[y]!
    for (let x = 0; x < size; x++) {
      const left = columns.low[x]! * 3
      const right = columns.high[x]! * 3
      const across = columns.share[x]!
      for (let channel = 0; channel < 3; channel++) {
        const top = picture[above + left + channel]! * (1 - across) + picture[above + right + channel]! * across
        const bottom = picture[below + left + channel]! * (1 - across) + picture[below + right + channel]! * across
        target[out++] = top + (bottom - top) * down + 0.5
      }
    }
  }
}

/** For each target position: the two source positions and the share of the second. */
function taps(size: number, start: number, span: number, flip: boolean) {
  const low = new Int32Array(size)
  const high = new Int32Array(size)
  const share = new Float64Array(size)
  for (let index = 0; index < size; index++) {
    const place = flip ? size - 1 - index : index
    const source = Math.min(size - 1, Math.max(0, (start + ((place + 0.5) / size) * span) * size - 0.5))
    low[index] = Math.floor(source)
    high[index] = Math.min(size - 1, low[index]! + 1)
    share[index] = source - low[index]!
  }
  return { low, high, share }
}
