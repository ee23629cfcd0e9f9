import { emit, typeOf, type Builder, type Value } from './builder.ts'
import { indices } from './types.ts'

// Subtle: compiled gathers clamp indices that are out of range, silently; libtensorflow refuses them. Check ids where they are made.

/** Slices of `x` along one axis; the first `batch` axes of x and ids run together. */
export function take(builder: Builder, x: Value, ids: Value, axis: number, batch = 0): Value {
  const shape = [...x.shape.slice(0, axis), ...ids.shape.slice(batch), ...x.shape.slice(axis + 1)]
  const behind = axis + ids.shape.length - batch
  return gather(builder, x, ids, shape, {
    offset: indices(shape.length).filter((index) => index >= behind || (index >= batch && index < axis)),
    collapsed: [axis],
    indexed: [axis],
    batching: indices(batch),
    sliceSizes: x.shape.map((length, index) => (index === axis || index < batch ? 1 : length)),
    vectorAxis: ids.shape.length,
  })
}

/** x at index vectors: ids [..., k] → [..., ...x.shape[k:]]. */
export function takeAtVectors(builder: Builder, x: Value, ids: Value): Value {
  const depth = ids.shape.at(-1)!
  const outer = ids.shape.slice(0, -1)
  const shape = [...outer, ...x.shape.slice(depth)]
  return gather(builder, x, ids, shape, {
    offset: indices(shape.length).slice(outer.length),
    collapsed: indices(depth),
    indexed: indices(depth),
    batching: [],
    sliceSizes: x.shape.map((length, index) => (index < depth ? 1 : length)),
    vectorAxis: outer.length,
  })
}

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

function gather(builder: Builder, x: Value, ids: Value, shape: number[], axes: GatherAxes): Value {
  const result = { shape, type: x.type }
  const types = `(${typeOf(x)}, ${typeOf(ids)}) -> ${typeOf(result)}`
  const body = `"stablehlo.gather"(${x.name}, ${ids.name}) ${axesText(axes)} : ${types}`
  return emit(builder, [x, ids], result, body)
}

function axesText({ offset, collapsed, indexed, batching, sliceSizes, vectorAxis }: GatherAxes): string {
  const together = batching.join(', ')
  const numbers = [
    `offset_dims = [${offset.join(', ')}]`,
    `collapsed_slice_dims = [${collapsed.join(', ')}]`,
    ...(together ? [`operand_batching_dims = [${together}]`, `start_indices_batching_dims = [${together}]`] : []),
    `start_index_map = [${indexed.join(', ')}]`,
    `index_vector_dim = ${vectorAxis}`,
  ].join(', ')
  const sizes = `slice_sizes = array<i64${sliceSizes.length ? `: ${sliceSizes.join(', ')}` : ''}>`
  return `<{dimension_numbers = #stablehlo.gather<${numbers}>, indices_are_sorted = false, ${sizes}}>`
}
