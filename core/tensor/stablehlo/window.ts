import { list, text, unsupported, type Call } from './call.ts'
import { extent } from './convolution.ts'
import type { Padding } from './instructions.ts'
import { indices } from './types.ts'

/** A sliding window over the spatial axes, as convolution and pooling operations describe it. */
export interface Window {
  /** Axes of a tensor. */
  batch: number
  channel: number
  spatial: number[]
  /** Per spatial axis. */
  strides: number[]
  dilations: number[]
  padding: Padding[]
  /** Lengths of the result. */
  lengths: number[]
}

/** Reads strides, dilations, padding and data format for an input of `shape` and a kernel of spatial lengths `kernel`. */
export function windowOf(call: Call, shape: readonly number[], kernel: readonly number[]): Window {
  const rank = shape.length
  const first = text(call, 'data_format', 'NHWC').startsWith('NC')
  const spatial = indices(rank - 2).map((axis) => axis + (first ? 2 : 1))
  const per = (name: string) => {
    const values = list(call, name, Array<number>(rank).fill(1))
    return spatial.map((axis) => values[axis] ?? 1)
  }
  const [strides, dilations] = [per('strides'), per('dilations')]
  const explicit = list(call, 'explicit_paddings')
  const mode = text(call, 'padding', 'VALID')
  const padding = spatial.map((axis, index): Padding => {
    const span = extent(kernel[index]!, dilations[index]!)
    if (mode === 'VALID') return { low: 0, high: 0 }
    if (mode === 'SAME') return same(shape[axis]!, span, strides[index]!)
    if (mode === 'EXPLICIT') return { low: explicit[2 * axis]!, high: explicit[2 * axis + 1]! }
    throw unsupported(call, `padding ${mode} is unknown`)
  })
  const lengths = spatial.map((axis, index) => {
    const { low, high } = padding[index]!
    const free = shape[axis]! + low + high - extent(kernel[index]!, dilations[index]!)
    return Math.max(0, Math.floor(free / strides[index]!) + 1)
  })
  return { batch: 0, channel: first ? 1 : rank - 1, spatial, strides, dilations, padding, lengths }
}

/** What TensorFlow pads so that the result has ⌈length / stride⌉ elements: the odd one goes behind. */
function same(length: number, span: number, stride: number): Padding {
  const total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + span - length)
  return { low: Math.floor(total / 2), high: total - Math.floor(total / 2) }
}
