import { sizeOf } from '../../ffi/types.ts'
import type { Value } from '../builder.ts'
import { flag, input, operations, unsupported, type Call, type Lowering, type Operations } from '../call.ts'
import { binary, broadcast, broadcastShape, reshape } from '../instructions.ts'
import { dot, type AxisPairs } from '../product.ts'
import { reduce } from '../reduction.ts'
import { indices } from '../types.ts'

const matrixProduct: Lowering = (call) => {
  const [a, b] = [input(call, 0), input(call, 1)]
  if (a.shape.length !== 2 || b.shape.length !== 2) throw unsupported(call, 'both operands must have two axes')
  return product(call, a, b, flag(call, 'transpose_a'), flag(call, 'transpose_b'))
}

/** Leading axes are batch axes and broadcast; real adjoints are transposes. */
const batchProduct: Lowering = (call) => {
  const { builder } = call
  const [a, b] = [input(call, 0), input(call, 1)]
  if (a.shape.length < 2 || b.shape.length < 2) throw unsupported(call, 'both operands need at least two axes')
  const [transposeA, transposeB] = [flag(call, 'adj_x'), flag(call, 'adj_y')]
  const shared = sizeOf(b.shape.slice(0, -2)) === 1 && a.shape.length >= b.shape.length
  if (shared && !transposeA) return product(call, a, reshape(builder, b, b.shape.slice(-2)), false, transposeB)
  const batch = broadcastShape(call.name, a.shape.slice(0, -2), b.shape.slice(0, -2))
  const spread = (x: Value) => broadcast(builder, x, [...batch, ...x.shape.slice(-2)])
  return product(call, spread(a), spread(b), transposeA, transposeB)
}

/** Both with the same batch axes, or b with none: then one matrix serves all rows of a. */
function product(call: Call, a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
  const [first, second] = [a.shape.length - 2, b.shape.length - 2]
  const batch: AxisPairs = indices(second).map((axis) => [axis, axis] as const)
  const inner = [first + (transposeA ? 0 : 1), second + (transposeB ? 1 : 0)] as const
  if (a.shape[inner[0]] !== b.shape[inner[1]]) throw unsupported(call, "the inner lengths don't fit")
  return dot(call.builder, a, b, batch, [inner])
}

/** x + bias along the channel axis: the last one, or axis 1 in NCHW. */
const biasAdd: Lowering = (call) => {
  const [x, bias] = [input(call, 0), input(call, 1)]
  const channel = channelAxis(call, x)
  if (`${bias.shape}` !== `${[x.shape[channel]]}`)
    throw unsupported(call, 'the bias must have one value for each channel')
  const spread = broadcast(call.builder, bias, x.shape, [channel])
  return binary(call.builder, 'add', x, spread)
}

const biasAddGradient: Lowering = (call) => {
  const dy = input(call, 0)
  const channel = channelAxis(call, dy)
  return reduce(
    call.builder,
    'add',
    dy,
    indices(dy.shape.length).filter((axis) => axis !== channel),
  )
}

const channelAxis = (call: Call, x: Value) => (call.attributes.get('data_format') === 'NCHW' ? 1 : x.shape.length - 1)

export const products: Operations = operations({
  MatMul: matrixProduct,
  BatchMatMul: batchProduct,
  BatchMatMulV2: batchProduct,
  BiasAdd: biasAdd,
  BiasAddGrad: biasAddGradient,
})
