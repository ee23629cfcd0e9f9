import { emit, typeOf } from '../builder.ts'
import { axisOf, input, known, number, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { indices } from '../types.ts'

// Subtle: compiled gathers clamp indices that are out of range, silently; libtensorflow refuses them. Check ids where they are made.

interface GatherAxes {
  /** Axes of the result that hold slices. */
  offset: number[]
  /** Axes of the operand that the result drops. */
  collapsed: number[]
  /** Axes of the operand that the indices speak of. */
  indexed: number[]
  /** Axes of operand and indices that run together. */
  batching: number[]
  sliceSizes: number[]
  /** Axis of the indices that holds one index vector; their rank: each index is a scalar. */
  vectorAxis: number
}

function gatherText({ offset, collapsed, indexed, batching, sliceSizes, vectorAxis }: GatherAxes): string {
  const numbers = [
    `offset_dims = [${offset.join(', ')}]`,
    `collapsed_slice_dims = [${collapsed.join(', ')}]`,
    ...(batching.length
      ? [`operand_batching_dims = [${batching.join(', ')}]`, `start_indices_batching_dims = [${batching.join(', ')}]`]
      : []),
    `start_index_map = [${indexed.join(', ')}]`,
    `index_vector_dim = ${vectorAxis}`,
  ].join(', ')
  const sizes = `slice_sizes = array<i64: ${sliceSizes.join(', ')}>`
  return `<{dimension_numbers = #stablehlo.gather<${numbers}>, indices_are_sorted = false, ${sizes}}>`
}

/** Slices of `x` along one axis, the first batch_dims axes in step with those of the indices. */
const gather: Lowering = (call) => {
  const [x, ids] = [input(call, 0), input(call, 1)]
  const axis = axisOf(call, known(call, 2)[0]!, x.shape.length)
  const batch = number(call, 'batch_dims', 0)
  const together = batch < 0 ? batch + ids.shape.length : batch
  if (together > axis) throw unsupported(call, `batch_dims ${batch} lies behind axis ${axis}`)
  const shape = [...x.shape.slice(0, axis), ...ids.shape.slice(together), ...x.shape.slice(axis + 1)]
  const inner = axis + ids.shape.length - together
  const text = gatherText({
    offset: indices(shape.length).filter((index) => index >= inner || (index >= together && index < axis)),
    collapsed: [axis],
    indexed: [axis],
    batching: indices(together),
    sliceSizes: x.shape.map((length, index) => (index === axis || index < together ? 1 : length)),
    vectorAxis: ids.shape.length,
  })
  const result = { shape, type: x.type }
  const types = `(${typeOf(x)}, ${typeOf(ids)}) -> ${typeOf(result)}`
  return emit(call.builder, [x, ids], result, `"stablehlo.gather"(${x.name}, ${ids.name}) ${text} : ${types}`)
}

/** x at index vectors: ids [..., k] → [..., ...x.shape[k:]]. */
const gatherAtVectors: Lowering = (call) => {
  const [x, ids] = [input(call, 0), input(call, 1)]
  const depth = ids.shape.at(-1) ?? 0
  if (depth > x.shape.length) throw unsupported(call, `index vectors of ${depth} numbers are too long`)
  const outer = ids.shape.slice(0, -1)
  const shape = [...outer, ...x.shape.slice(depth)]
  const text = gatherText({
    offset: indices(shape.length).slice(outer.length),
    collapsed: indices(depth),
    indexed: indices(depth),
    batching: [],
    sliceSizes: x.shape.map((length, index) => (index < depth ? 1 : length)),
    vectorAxis: outer.length,
  })
  const result = { shape, type: x.type }
  const types = `(${typeOf(x)}, ${typeOf(ids)}) -> ${typeOf(result)}`
  return emit(call.builder, [x, ids], result, `"stablehlo.gather"(${x.name}, ${ids.name}) ${text} : ${types}`)
}

export const gathers: Operations = {
  ...operations({ GatherV2: gather }, [2]),
  ...operations({ GatherNd: gatherAtVectors }),
}
