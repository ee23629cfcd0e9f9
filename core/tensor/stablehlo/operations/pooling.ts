import { dataType, sizeOf } from '../../ffi/types.ts'
import type { Value } from '../builder.ts'
import { input, known, list, operations, text, type Call, type Lowering, type Operations } from '../call.ts'
import { constant, numberFor } from '../constant.ts'
import { binary, broadcast, pad } from '../instructions.ts'
import { windowOf, type Window } from '../window.ts'
import { reduceWindows, scatterToLargest, type FullWindow } from '../windowReduction.ts'

/** The window of a pooling operation on an input of `shape`, over spatial axes and over all. */
function pool(call: Call, shape: readonly number[]): { window: Window; full: FullWindow; sizes: number[] } {
  const lengths = list(call, 'ksize')
  const first = text(call, 'data_format', 'NHWC').startsWith('NC')
  const sizes = lengths.filter((_, axis) => axis !== 0 && axis !== (first ? 1 : lengths.length - 1))
  const window = windowOf(call, shape, sizes)
  const none = { low: 0, high: 0 }
  const padding = shape.map((_, axis) => window.padding[window.spatial.indexOf(axis)] ?? none)
  return { window, sizes, full: { lengths, strides: list(call, 'strides'), padding } }
}

const maxPool: Lowering = (call) => {
  const x = input(call, 0)
  return reduceWindows(call.builder, 'maximum', x, pool(call, x.shape).full)
}

/** (x, y, dy) → dx; of equal values the first one gets the gradient. */
const maxPoolGradient: Lowering = (call) => {
  const x = input(call, 0)
  return scatterToLargest(call.builder, x, input(call, 2), pool(call, x.shape).full)
}

/** Padding is not counted. */
const averagePool: Lowering = (call) => {
  const x = input(call, 0)
  const { window, full, sizes } = pool(call, x.shape)
  const sum = reduceWindows(call.builder, 'add', x, full)
  return binary(call.builder, 'divide', sum, counts(call, x.shape, sum, window, sizes))
}

/** (input sizes, dy) → dx: each gradient shared out over its window. */
const averagePoolGradient: Lowering = (call) => {
  const { builder } = call
  const [shape, dy] = [known(call, 0), input(call, 1)]
  const { window, full, sizes } = pool(call, shape)
  const share = binary(builder, 'divide', dy, counts(call, shape, dy, window, sizes))
  const padding = shape.map((length, axis) => {
    const stride = full.strides[axis]!
    const low = full.lengths[axis]! - 1 - full.padding[axis]!.low
    const span = Math.max(0, (dy.shape[axis]! - 1) * stride + 1)
    return { low, high: length + full.lengths[axis]! - 1 - span - low, between: stride - 1 }
  })
  const spread = pad(builder, share, numberFor(builder, 0, dy), padding)
  const none = { low: 0, high: 0 }
  const dense = { lengths: full.lengths, strides: shape.map(() => 1), padding: shape.map(() => none) }
  return reduceWindows(builder, 'add', spread, dense)
}

/** How many elements of the input lie in each window, as a tensor that broadcasts to `like`. */
function counts(call: Call, shape: readonly number[], like: Value, window: Window, sizes: readonly number[]): Value {
  const perAxis = window.spatial.map((axis, index) =>
    Array.from({ length: window.lengths[index]! }, (_, at) => {
      const start = at * window.strides[index]! - window.padding[index]!.low
      return Math.min(shape[axis]!, start + sizes[index]!) - Math.max(0, start)
    }),
  )
  const products = perAxis.reduce<number[]>((all, axis) => all.flatMap((a) => axis.map((b) => a * b)), [1])
  const lengths = perAxis.map((axis) => axis.length)
  const table = constant(call.builder, lengths, dataType.float32, Float32Array.from(products))
  return sizeOf(lengths) === 0 ? like : broadcast(call.builder, table, like.shape, window.spatial)
}

export const poolings: Operations = {
  ...operations({
    MaxPool: maxPool,
    MaxPool3D: maxPool,
    MaxPoolGrad: maxPoolGradient,
    MaxPool3DGrad: maxPoolGradient,
    AvgPool: averagePool,
    AvgPool3D: averagePool,
  }),
  ...operations({ AvgPoolGrad: averagePoolGradient, AvgPool3DGrad: averagePoolGradient }, [0]),
}
