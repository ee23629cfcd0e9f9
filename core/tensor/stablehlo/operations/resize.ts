import { dataType } from '../../ffi/types.ts'
import type { Value } from '../builder.ts'
import { flag, input, known, operations, type Call, type Lowering, type Operations } from '../call.ts'
import { convert } from '../instructions.ts'
import { resample, resampleGradient, type Tap } from '../resampling.ts'
import { indices } from '../types.ts'

// Images are [batch, height, width, channels]; sizes are [height, width].

type Taps = (call: Call, from: number, to: number) => Tap[]

const clamp = (index: number, length: number) => Math.min(length - 1, Math.max(0, index))

/** How far apart the output's elements lie in the input, as TensorFlow's CalculateResizeScale. */
const scaleOf = (corners: boolean, from: number, to: number) =>
  Math.fround(corners && to > 1 ? (from - 1) / (to - 1) : from / to)

const bilinear: Taps = (call, from, to) => {
  const scale = scaleOf(flag(call, 'align_corners'), from, to)
  const shift = flag(call, 'half_pixel_centers') ? 0.5 : 0
  return indices(to).map((index) => {
    const position = Math.fround(Math.fround((index + shift) * scale) - shift)
    const low = Math.floor(position)
    return { low: clamp(low, from), high: clamp(Math.ceil(position), from), weight: Math.fround(position - low) }
  })
}

const nearest: Taps = (call, from, to) => {
  const corners = flag(call, 'align_corners')
  const scale = scaleOf(corners, from, to)
  const shift = flag(call, 'half_pixel_centers') ? 0.5 : 0
  return indices(to).map((index) => {
    const place = Math.fround((index + shift) * scale)
    const at = clamp(Math.floor(corners ? place + 0.5 : place), from)
    return { low: at, high: at, weight: 0 }
  })
}

/** Height, then width. */
const alongBoth = (call: Call, x: Value, size: readonly number[], taps: Taps) =>
  size.reduce((y, to, index) => resample(call.builder, y, index + 1, taps(call, y.shape[index + 1]!, to)), x)

const resizeBilinear: Lowering = (call) =>
  alongBoth(call, convert(call.builder, input(call, 0), dataType.float32), known(call, 1), bilinear)

const resizeNearest: Lowering = (call) => alongBoth(call, input(call, 0), known(call, 1), nearest)

const gradientAlongBoth = (call: Call, dy: Value, size: readonly number[], taps: Taps) =>
  size.reduce((x, from, index) => {
    const axis = index + 1
    return resampleGradient(call.builder, x, axis, from, taps(call, from, x.shape[axis]!))
  }, dy)

/** (dy, images) */
const bilinearGradient: Lowering = (call) =>
  gradientAlongBoth(call, input(call, 0), input(call, 1).shape.slice(1, 3), bilinear)

/** (dy, size) */
const nearestGradient: Lowering = (call) => gradientAlongBoth(call, input(call, 0), known(call, 1), nearest)

export const resizes: Operations = {
  ...operations({ ResizeBilinear: resizeBilinear, ResizeNearestNeighbor: resizeNearest }, [1]),
  ...operations({ ResizeNearestNeighborGrad: nearestGradient }, [1]),
  ...operations({ ResizeBilinearGrad: bilinearGradient }),
}
