import type { Random } from '../model/random.ts'

/** What is done to a picture, with its strength; shears and shifts have a sign. */
export type PictureOperation =
  | { kind: 'autoContrast' | 'equalize' }
  | { kind: 'brightness' | 'sharpness'; factor: number }
  | { kind: 'shearX' | 'shearY' | 'translateX' | 'translateY' | 'rotate'; amount: number }

const operationCount = 2
const chance = 0.5
const grey = 128

/**
 * Draws a picture's operations as BLIP does (transform/randaugment.py): two of ten, with replacement, each carried out with
 * a chance of one half, all at one level of 10. Shifts are in pixels, not in shares. At level 5, brightness and sharpness
 * change nothing: that is how BLIP was trained.
 * @param level 1 to 10; 5 in BLIP, 7 in ALBEF
 */
export function drawOperations(random: Random, level: number): PictureOperation[] {
  const strength = level / 10
  const signed = (amount: number) => (random() < 0.5 ? -amount : amount)
  const ten: (() => PictureOperation | null)[] = [
    () => null,
    () => ({ kind: 'autoContrast' }),
    () => ({ kind: 'equalize' }),
    () => ({ kind: 'brightness', factor: 1.8 * strength + 0.1 }),
    () => ({ kind: 'sharpness', factor: 1.8 * strength + 0.1 }),
    () => ({ kind: 'shearX', amount: signed(0.3 * strength) }),
    () => ({ kind: 'shearY', amount: signed(0.3 * strength) }),
    () => ({ kind: 'translateX', amount: signed(10 * strength) }),
    () => ({ kind: 'translateY', amount: signed(10 * strength) }),
    () => ({ kind: 'rotate', amount: signed(30 * strength) }),
  ]
  const drawn = Array.from({ length: operationCount }, () => {
    const operation = ten[Math.floor(random() * ten.length)]!()
    return random() < chance ? operation : null
  })
  return drawn.filter((operation) => operation !== null)
}

/** Carries operations out, in place. @param pixels uint8 RGB, [size, size, 3] */
export function carryOut(operations: PictureOperation[], pixels: Uint8Array, size: number): void {
  for (const operation of operations) carryOutOne(operation, pixels, size)
}

function carryOutOne(operation: PictureOperation, pixels: Uint8Array, size: number): void {
  switch (operation.kind) {
    case 'autoContrast':
      return throughTables(pixels, autoContrastTable)
    case 'equalize':
      return throughTables(pixels, equalizeTable)
    case 'brightness':
      return throughTables(pixels, () =>
        Uint8ClampedArray.from({ length: 256 }, (_, value) => Math.trunc(value * operation.factor)),
      )
    case 'sharpness':
      return sharpen(pixels, size, operation.factor)
    default:
      return warp(pixels, size, backwards(operation.kind, operation.amount, size))
  }
}

type Table = Uint8Array | Uint8ClampedArray

/** Sends each channel's values through a table made from the channel's histogram. */
function throughTables(pixels: Uint8Array, tableOf: (histogram: Uint32Array) => Table | null): void {
  for (let channel = 0; channel < 3; channel++) {
    const histogram = new Uint32Array(256)
    for (let at = channel; at < pixels.length; at += 3) histogram[pixels[at]!]!++
    const table = tableOf(histogram)
    if (table) for (let at = channel; at < pixels.length; at += 3) pixels[at] = table[pixels[at]!]!
  }
}

/** Spreads the values that occur over 0 … 255. */
function autoContrastTable(histogram: Uint32Array): Table | null {
  const low = histogram.findIndex((count) => count > 0)
  const high = histogram.findLastIndex((count) => count > 0)
  if (high <= low) return null
  const scale = 255 / (high - low)
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => Math.trunc((value - low) * scale))
}

/** PIL's equalisation: as many pixels below each value as the value says. */
function equalizeTable(histogram: Uint32Array): Table | null {
  const occurring = histogram.filter((count) => count > 0)
  const step = Math.floor(occurring.subarray(0, -1).reduce((sum, count) => sum + count, 0) / 255)
  if (step === 0) return null
  let below = Math.floor(step / 2)
  return Uint8ClampedArray.from(histogram, (count) => {
    const value = Math.floor(below / step)
    below += count
    return value
  })
}

/** Mixes with a smoothed copy (PIL's kernel: 5 in the middle, 1 around, over 13); factor 1 is the picture itself. The rim stays. */
function sharpen(pixels: Uint8Array, size: number, factor: number): void {
  if (factor === 1) return
  const from = Uint8Array.from(pixels)
  const row = size * 3
  for (let y = 1; y < size - 1; y++) {
    for (let at = y * row + 3; at < (y + 1) * row - 3; at++) {
      let sum = 4 * from[at]!
      for (const above of [-row, 0, row]) sum += from[at + above - 3]! + from[at + above]! + from[at + above + 3]!
      const smooth = Math.round(sum / 13)
      pixels[at] = Math.min(255, Math.max(0, Math.trunc(factor * from[at]! + (1 - factor) * smooth)))
    }
  }
}

/** Where a pixel (x, y) comes from: a x + b y + c, d x + e y + f. */
type Affine = [a: number, b: number, c: number, d: number, e: number, f: number]

/** The inverse of the matrices that OpenCV's warpAffine is given. */
function backwards(kind: string, amount: number, size: number): Affine {
  if (kind === 'shearX') return [1, -amount, 0, 0, 1, 0]
  if (kind === 'shearY') return [1, 0, 0, -amount, 1, 0]
  if (kind === 'translateX') return [1, 0, amount, 0, 1, 0]
  if (kind === 'translateY') return [1, 0, 0, 0, 1, amount]
  const angle = (amount * Math.PI) / 180
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  const middle = size / 2
  // around the middle; a positive angle turns against the clock, as in OpenCV
  return [
    cosine,
    -sine,
    middle - cosine * middle + sine * middle,
    sine,
    cosine,
    middle - sine * middle - cosine * middle,
  ]
}

/** Samples bilinearly; outside the picture lies grey. */
function warp(pixels: Uint8Array, size: number, [a, b, c, d, e, f]: Affine): void {
  const from = Uint8Array.from(pixels)
  const value = (x: number, y: number, channel: number) =>
    x < 0 || y < 0 || x >= size || y >= size ? grey : from[(y * size + x) * 3 + channel]!
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [sourceX, sourceY] = [a * x + b * y + c, d * x + e * y + f]
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)]
      const [right, bottom] = [sourceX - left, sourceY - top]
      for (let channel = 0; channel < 3; channel++) {
        const upper = value(left, top, channel) * (1 - right) + value(left + 1, top, channel) * right
        const lower = value(left, top + 1, channel) * (1 - right) + value(left + 1, top + 1, channel) * right
        pixels[(y * size + x) * 3 + channel] = Math.round(upper * (1 - bottom) + lower * bottom)
      }
    }
  }
}
