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
 * First across, then down, in steps of 1/256 and rounded to whole bytes after each, so less than 2 off the exact value.
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
  const source = padded(picture, size)
  const columns = places(size, change.left, change.width, change.flip)
  const rows = places(size, change.top, change.height, false)
  let above: Line = { row: -1, pixels: new Int32Array(size) }
  let below: Line = { row: -1, pixels: new Int32Array(size) }
  const mixed = new DataView(new ArrayBuffer(size * 3 + 1))
  const mixedBytes = new Uint8Array(mixed.buffer, 0, size * 3)
  for (let y = 0; y < size; y++) {
    const row = rows[2 * y]!
    // Rows are walked downwards, so that each is resampled across just once.
    if (above.row !== row && below.row === row) [above, below] = [below, above]
    if (above.row !== row) resample(source, row, columns, above)
    if (below.row !== row + 1) resample(source, row + 1, columns, below)
    blend(above.pixels, below.pixels, rows[2 * y + 1]!, mixed)
    target.set(mixedBytes, offset + y * size * 3)
  }
}

let scratch = new DataView(new ArrayBuffer(0))

/** The picture, with bytes after it that may be read: a place's second pixel lies there at the edge, with a share of 0. */
function padded(picture: Uint8Array, size: number): DataView {
  const length = picture.length + size * 3 + 4
  if (scratch.byteLength < length) scratch = new DataView(new ArrayBuffer(length))
  new Uint8Array(scratch.buffer).set(picture)
  return scratch
}

/** For each target position in turn: the first of the two source positions, and the share of the second in 1/256. */
function places(size: number, start: number, span: number, flip: boolean): Int32Array {
  const found = new Int32Array(2 * size)
  for (let index = 0; index < size; index++) {
    const place = flip ? size - 1 - index : index
    const source = Math.min(size - 1, Math.max(0, (start + ((place + 0.5) / size) * span) * size - 0.5))
    found[2 * index] = Math.floor(source)
    found[2 * index + 1] = Math.round((source - Math.floor(source)) * 256)
  }
  return found
}

/** A row of the picture, sampled at the columns. */
interface Line {
  row: number
  /** Words with red in the lowest byte. */
  pixels: Int32Array
}

function resample(source: DataView, row: number, columns: Int32Array, line: Line): void {
  const { pixels } = line
  const start = row * pixels.length * 3
  for (let x = 0; x < pixels.length; x++) {
    const at = start + columns[2 * x]! * 3
    pixels[x] = mix3(source.getInt32(at, true), source.getInt32(at + 3, true), columns[2 * x + 1]!)
  }
  line.row = row
}

/** Two rows of pixels into one of 3 bytes each; the fourth byte of a pixel is overwritten by the next pixel. */
function blend(above: Int32Array, below: Int32Array, share: number, out: DataView): void {
  for (let x = 0; x < above.length; x++) out.setInt32(x * 3, mix3(above[x]!, below[x]!, share), true)
}

/**
 * first + (second - first) * share / 256, rounded, for the lower three bytes of a word.
 * Subtle: red and blue go through one multiplication. The true result of each, at most 255 * 256 + 128, fits the 16 bits
 * it has, so what the difference borrows from its neighbour on the way is given back.
 */
function mix3(first: number, second: number, share: number): number {
  const redBlue = first & 0xff00ff
  const green = first & 0xff00
  const newRedBlue = (redBlue << 8) + Math.imul((second & 0xff00ff) - redBlue, share) + 0x800080
  const newGreen = (green << 8) + Math.imul((second & 0xff00) - green, share) + 0x8000
  return ((newRedBlue >>> 8) & 0xff00ff) | ((newGreen >>> 8) & 0xff00)
}
