/** The two inner loops of a crop, written in WebAssembly instructions: eight bytes at a time instead of two. */

/** Bytes that may be read or written beyond the end of each area that the loops are given. */
export const slack = 16

export interface Kernel {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): void }
  /**
   * Samples a row of 3-byte pixels at `count` places: pairs of int32, the byte where the first pixel lies in the row, and
   * the share of the pixel after it in 1/256.
   */
  resample(row: number, places: number, count: number, out: number): void
  /** above + (below - above) * share / 256, rounded, byte by byte. */
  blend(above: number, below: number, share: number, bytes: number, out: number): void
}

// Node has it, but its types come with those of browsers.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: object }
}

export function createKernel(): Kernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
  return exports as Kernel
}

/** LEB128 of 0 to 16,383. */
const unsigned = (value: number) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7])
/** Signed LEB128 of 0 to 8,191. */
const signed = (value: number) => (value < 64 ? [value] : [(value & 127) | 128, value >> 7])
const sized = (content: number[]) => [...unsigned(content.length), ...content]
const section = (id: number, content: number[]) => [id, ...sized(content)]

// Instructions by their names in the specification.
const [i32, v128, none] = [0x7f, 0x7b, 0x40]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const constant = (value: number) => [0x41, ...signed(value)]
const add = [0x6a]
const lessUnsigned = [0x49]
const loadInt32 = (offset: number) => [0x28, 2, offset]
const storeInt32 = [0x36, 0, 0]
const storeInt64 = [0x37, 0, 0]
const simd = (...code: number[]) => [0xfd, ...code]
const loadPixel = (offset: number) => [...simd(0x5c), 0, offset] // v128.load32_zero
const loadEight = [...simd(0x02), 0, 0] // v128.load8x8_u: eight bytes as eight numbers of 16 bits
const widen = simd(0x89, 0x01) // i16x8.extend_low_i8x16_u
const splat = simd(0x10) // i16x8
const shiftLeft = simd(0x8b, 0x01)
const shiftRight = simd(0x8d, 0x01) // i16x8.shr_u
const add16 = simd(0x8e, 0x01)
const subtract16 = simd(0x91, 0x01)
const multiply16 = simd(0x95, 0x01)
const narrow = simd(0x66) // i8x16.narrow_i16x8_u
const firstInt32 = simd(0x1b, 0)
const firstInt64 = simd(0x1d, 0)

/** Repeats the body while local `at` is below local `end`; the body moves `at` on. */
const loopWhile = (at: number, end: number, body: number[]) => [
  ...[0x03, none, ...body, ...get(at), ...get(end), ...lessUnsigned],
  ...[0x0d, 0, 0x0b],
]

/**
 * (first << 8) + (second - first) * share + 128 >> 8, in eight lanes of 16 bits.
 * Subtle: the true sum is at most 255 * 256 + 128, so lanes that overflow on the way come out right.
 */
const mix = (first: number, second: number, share: number) => [
  ...[...get(first), ...constant(8), ...shiftLeft],
  ...[...get(second), ...get(first), ...subtract16, ...get(share), ...splat, ...multiply16, ...add16],
  ...[...constant(128), ...splat, ...add16, ...constant(8), ...shiftRight],
]
const asBytes = (local: number) => [...set(local), ...get(local), ...get(local), ...narrow]
const moveOn = (local: number, by: number) => [...get(local), ...constant(by), ...add, ...set(local)]

/** Locals 0 to 3: row, places, count (then the end of the places), out. 4: address. 5, 6: the two pixels. */
const resampleBody = [
  ...[...get(1), ...get(2), ...constant(3), 0x74, ...add, ...set(2)], // places + count * 8
  ...loopWhile(1, 2, [
    ...[...get(0), ...get(1), ...loadInt32(0), ...add, ...set(4)],
    ...[...get(4), ...loadPixel(0), ...widen, ...set(5)],
    ...[...get(4), ...loadPixel(3), ...widen, ...set(6)],
    ...[...get(1), ...loadInt32(4), ...set(4)],
    ...[...get(3), ...mix(5, 6, 4), ...asBytes(5), ...firstInt32, ...storeInt32],
    ...[...moveOn(1, 8), ...moveOn(3, 3)],
  ]),
  0x0b,
]

/** Locals 0 to 4: above, below, share, bytes (then the end of above), out. 5, 6: eight bytes of each. */
const blendBody = [
  ...[...get(0), ...get(3), ...add, ...set(3)],
  ...loopWhile(0, 3, [
    ...[...get(0), ...loadEight, ...set(5), ...get(1), ...loadEight, ...set(6)],
    ...[...get(4), ...mix(5, 6, 2), ...asBytes(5), ...firstInt64, ...storeInt64],
    ...[...moveOn(0, 8), ...moveOn(1, 8), ...moveOn(4, 8)],
  ]),
  0x0b,
]

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const type = (parameters: number) => [0x60, parameters, ...new Array(parameters).fill(i32), 0]
  const code = (locals: number[], body: number[]) => sized([...locals, ...body])
  const name = (text: string) => [text.length, ...Buffer.from(text)]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, ...type(4), ...type(5)]),
    ...section(3, [2, 0, 1]),
    ...section(5, [1, 0, 1]), // a memory of one page, which grows
    ...section(7, [3, ...name('memory'), 2, 0, ...name('resample'), 0, 0, ...name('blend'), 0, 1]),
    ...section(10, [2, ...code([2, 1, i32, 2, v128], resampleBody), ...code([1, 2, v128], blendBody)]),
  ])
}
