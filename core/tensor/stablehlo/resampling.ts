import { dataType } from '../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from './builder.ts'
import { constant } from './constant.ts'
import { take } from './gathering.ts'
import { binary, broadcast, transpose } from './instructions.ts'
import { indices, sameShape } from './types.ts'

/** What an output element is made of: two neighbours of the input, and the weight of the second. */
export interface Tap {
  low: number
  high: number
  weight: number
}

/** One axis of the output from its taps: low + (high − low) · weight. */
export function resample(builder: Builder, x: Value, axis: number, taps: readonly Tap[]): Value {
  const at = (places: number[]) => takeFixed(builder, x, axis, places)
  const low = at(taps.map((tap) => tap.low))
  if (taps.every((tap) => tap.weight === 0)) return low
  const difference = binary(builder, 'subtract', at(taps.map((tap) => tap.high)), low)
  const weights = constant(
    builder,
    [taps.length],
    x.type,
    Float32Array.from(taps, (tap) => tap.weight),
  )
  const share = binary(builder, 'multiply', difference, broadcast(builder, weights, low.shape, [axis]))
  return binary(builder, 'add', low, share)
}

/** x at fixed places of one axis. */
function takeFixed(builder: Builder, x: Value, axis: number, places: readonly number[]): Value {
  if (sameShape(places, indices(x.shape[axis]!))) return x
  return take(builder, x, constant(builder, [places.length], dataType.int32, Int32Array.from(places)), axis)
}

/** The gradient of `resample` along an axis that had `length` elements: a product, which sums in a fixed order, unlike a scatter. */
export function resampleGradient(
  builder: Builder,
  dy: Value,
  axis: number,
  length: number,
  taps: readonly Tap[],
): Value {
  const columns = taps.length
  const matrix = new Float32Array(length * columns)
  taps.forEach(({ low, high, weight }, column) => {
    matrix[low * columns + column]! += 1 - weight
    matrix[high * columns + column]! += weight
  })
  const weights = constant(builder, [length, columns], dy.type, matrix)
  const others = indices(dy.shape.length).filter((index) => index !== axis)
  const result = { shape: [length, ...others.map((index) => dy.shape[index]!)], type: dy.type }
  // Subtle: in full precision even in a bfloat16 program, since the weights are positions.
  const how = `contracting_dims = [1] x [${axis}], precision = [HIGHEST, HIGHEST]`
  const types = `(${typeOf(weights)}, ${typeOf(dy)}) -> ${typeOf(result)}`
  const body = `stablehlo.dot_general ${weights.name}, ${dy.name}, ${how} : ${types}`
  const product = emit(builder, [weights, dy], result, body)
  return transpose(builder, product, indices(dy.shape.length).slice(1).toSpliced(axis, 0, 0))
}
