import { sizeOf } from '../../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from '../builder.ts'
import { input, known, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { splat } from '../constant.ts'
import { broadcast, reshape } from '../instructions.ts'
import { indices } from '../types.ts'

// Subtle: compiled scatters drop updates whose index is out of range, silently; libtensorflow refuses them.

const combine = (type: string) => `%r = stablehlo.add %a, %b : ${type}\n  stablehlo.return %r : ${type}`
const overwrite = (type: string) => `stablehlo.return %b : ${type}`

/** Puts updates [..., ...rest] into `x` at index vectors ids [..., k], by adding or (of equal indices in no order) overwriting. */
function scatter(builder: Builder, x: Value, ids: Value, updates: Value, how: (type: string) => string): Value {
  const depth = ids.shape.at(-1)!
  const outer = ids.shape.length - 1
  const window = indices(updates.shape.length).slice(outer)
  const numbers = [
    `update_window_dims = [${window.join(', ')}]`,
    `inserted_window_dims = [${indices(depth).join(', ')}]`,
    `scatter_dims_to_operand_dims = [${indices(depth).join(', ')}]`,
    `index_vector_dim = ${outer}`,
  ].join(', ')
  const scalar = typeOf({ shape: [], type: x.type })
  const region = `({\n^bb0(%a: ${scalar}, %b: ${scalar}):\n  ${how(scalar)}\n})`
  const flags = 'indices_are_sorted = false, unique_indices = false'
  const types = `(${typeOf(x)}, ${typeOf(ids)}, ${typeOf(updates)}) -> ${typeOf(x)}`
  const names = `${x.name}, ${ids.name}, ${updates.name}`
  const attributes = `<{scatter_dimension_numbers = #stablehlo.scatter<${numbers}>, ${flags}}>`
  return emit(builder, [x, ids, updates], x, `"stablehlo.scatter"(${names}) ${attributes} ${region} : ${types}`)
}

/** data [...ids.shape, ...rest] summed by segment → [segments, ...rest]. A negative id drops its row. */
const segmentSum: Lowering = (call) => {
  const { builder } = call
  const [data, ids, segments] = [input(call, 0), input(call, 1), known(call, 2)[0]!]
  const rank = ids.shape.length
  if (ids.shape.some((length, axis) => length !== data.shape[axis])) {
    throw unsupported(call, "the ids don't fit the data's first axes")
  }
  const rest = data.shape.slice(rank)
  const rows = sizeOf(ids.shape)
  const start = splat(builder, 0, [segments, ...rest], data.type)
  return scatter(builder, start, reshape(builder, ids, [rows, 1]), reshape(builder, data, [rows, ...rest]), combine)
}

/** (ids, updates, shape): sums of updates, zero elsewhere. */
const scatterIntoZeros: Lowering = (call) => {
  const [ids, updates, shape] = [input(call, 0), input(call, 1), known(call, 2)]
  const start = splat(call.builder, 0, shape, updates.type)
  return scatter(call.builder, start, vectors(call.builder, ids), updates, combine)
}

const scatterInto =
  (how: (type: string) => string): Lowering =>
  (call) =>
    scatter(call.builder, input(call, 0), vectors(call.builder, input(call, 1)), input(call, 2), how)

const vectors = (builder: Builder, ids: Value) => (ids.shape.length === 0 ? reshape(builder, ids, [1]) : ids)

/** (ids, shape, values, default value) */
const sparseToDense: Lowering = (call) => {
  const { builder } = call
  const [ids, shape, values, other] = [input(call, 0), known(call, 1), input(call, 2), input(call, 3)]
  const count = ids.shape.length === 0 ? 1 : ids.shape[0]!
  const at = reshape(builder, ids, [count, sizeOf(ids.shape) / Math.max(1, count)])
  const start = broadcast(builder, other, shape)
  const updates = broadcast(builder, reshape(builder, values, values.shape.length ? values.shape : [1]), [count])
  return scatter(builder, start, at, updates, overwrite)
}

/** (values, size, weights): how often, or with what sum of weights, each number below size occurs. */
const binCount: Lowering = (call) => {
  const { builder } = call
  const [values, size, weights] = [input(call, 0), known(call, 1)[0]!, input(call, 2)]
  const rows = sizeOf(values.shape)
  const weighted = sizeOf(weights.shape) > 0
  const updates = weighted ? reshape(builder, weights, [rows]) : splat(builder, 1, [rows], weights.type)
  const start = splat(builder, 0, [size], weights.type)
  return scatter(builder, start, reshape(builder, values, [rows, 1]), updates, combine)
}

export const scatters: Operations = {
  ...operations({ UnsortedSegmentSum: segmentSum, ScatterNd: scatterIntoZeros }, [2]),
  ...operations({ TensorScatterUpdate: scatterInto(overwrite), TensorScatterAdd: scatterInto(combine) }),
  ...operations({ SparseToDense: sparseToDense, Bincount: binCount }, [1]),
}
