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
 * First across, then down, in steps of 1/256 and rounded to whole bytes after each, so at most 1 off the exact value.
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
  const rowBytes = size * 3
  let [above, below] = [createRow(rowBytes), createRow(rowBytes)]
  const mixed = createRow(rowBytes)
  for (let y = 0; y < size; y++) {
    const [low, high] = [rows.low[y]!, rows.high[y]!]
    // Rows are walked downwards, so that each is resampled across just once.
    if (above.source !== low && below.source === low) [above, below] = [below, above]
    if (above.source !== low) resample(picture, low, columns, above)
    if (below.source !== high) resample(picture, high, columns, below)
    blend(above.words, below.words, rows.share[y]!, mixed.words)
    target.set(mixed.bytes, offset + y * rowBytes)
  }
}

/** A row of pixels as bytes and, four at a time, as words. */
interface Row {
  bytes: Uint8Array
  words: Int32Array
  /** The row of the picture that it was made of. */
  source: number
}

function createRow(rowBytes: number): Row {
  const words = new Int32Array(Math.ceil(rowBytes / 4))
  return { words, bytes: new Uint8Array(words.buffer, 0, rowBytes), source: -1 }
}

/** One row of the picture, sampled at the columns. */
function resample(picture: Uint8Array, source: number, { low, high, share }: Taps, row: Row): void {
  const out = row.bytes
  const start = source * out.length
  for (let x = 0, at = 0; at < out.length; x++, at += 3) {
    const left = start + low[x]! * 3
    const right = start + high[x]! * 3
    const part = share[x]!
    out[at] = between(picture[left]!, picture[right]!, part)
    out[at + 1] = between(picture[left + 1]!, picture[right + 1]!, part)
    out[at + 2] = between(picture[left + 2]!, picture[right + 2]!, part)
  }
  row.source = source
}

const between = (first: number, second: number, share: number): number =>
  first + (((second - first) * share + 128) >> 8)

/**
 * above + (below - above) * share / 256, byte by byte.
 * Subtle: two bytes go through one multiplication. 255 * 256 + 128 still fits in the 16 bits that each has, so none
 * spills into its neighbour.
 */
function blend(above: Int32Array, below: Int32Array, share: number, out: Int32Array): void {
  const even = 0x00ff00ff
  const odd = 0xff00ff00
  const half = 0x00800080
  const rest = 256 - share
  for (let at = 0; at < out.length; at++) {
    const a = above[at]!
    const b = below[at]!
    const low = (Math.imul(a & even, rest) + Math.imul(b & even, share) + half) | 0
    const high = (Math.imul((a >>> 8) & even, rest) + Math.imul((b >>> 8) & even, share) + half) | 0
    out[at] = ((low >>> 8) & even) | (high & odd)
  }
}

/** For each target position: the two source positions, and the share of the second in 1/256. */
interface Taps {
  low: Int32Array
  high: Int32Array
  share: Int32Array
}

function taps(size: number, start: number, span: number, flip: boolean): Taps {
  const low = new Int32Array(size)
  const high = new Int32Array(size)
  const share = new Int32Array(size)
  for (let index = 0; index < size; index++) {
    const place = flip ? size - 1 - index : index
    const source = Math.min(size - 1, Math.max(0, (start + ((place + 0.5) / size) * span) * size - 0.5))
    low[index] = Math.floor(source)
    high[index] = Math.min(size - 1, low[index]! + 1)
    share[index] = Math.round((source - low[index]!) * 256)
  }
  return { low, high, share }
}
