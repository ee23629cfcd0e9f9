import { dataType } from '../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from './builder.ts'
import { splat } from './constant.ts'
import { reshape } from './instructions.ts'
import { isFloat } from './types.ts'

export type Reducer = 'add' | 'multiply' | 'maximum' | 'minimum' | 'and' | 'or'

/** The value that changes nothing. */
export function neutral(builder: Builder, reducer: Reducer, type: number): Value {
  return splat(builder, neutralNumber(reducer, type), [], type)
}

function neutralNumber(reducer: Reducer, type: number): number {
  if (reducer === 'add' || reducer === 'or') return 0
  if (reducer === 'multiply' || reducer === 'and') return 1
  const [least, most] = isFloat(type) ? [-Infinity, Infinity] : integerRange(type)
  return reducer === 'maximum' ? least : most
}

function integerRange(type: number): [number, number] {
  if (type === dataType.uint8) return [0, 255]
  return [-(2 ** 31), 2 ** 31 - 1]
}

/** Reduces over `axes` (not negative, each once); `keep` leaves them with length 1. */
export function reduce(builder: Builder, reducer: Reducer, x: Value, axes: readonly number[], keep = false): Value {
  if (axes.length === 0) return x
  const start = neutral(builder, reducer, x.type)
  const result = { shape: x.shape.filter((_, axis) => !axes.includes(axis)), type: x.type }
  const types = `(${typeOf(x)}, ${typeOf(start)}) -> ${typeOf(result)}`
  const how = `applies stablehlo.${reducer} across dimensions = [${axes.join(', ')}]`
  const body = `stablehlo.reduce(${x.name} init: ${start.name}) ${how} : ${types}`
  const reduced = emit(builder, [x, start], result, body)
  if (!keep) return reduced
  return reshape(
    builder,
    reduced,
    x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  )
}

/** A region that combines two scalars: what window reductions and scatters apply. */
export function reducerRegion(reducer: Reducer, type: number): string {
  const scalar = typeOf({ shape: [], type })
  return `({\n^bb0(%a: ${scalar}, %b: ${scalar}):\n  %r = stablehlo.${reducer} %a, %b : ${scalar}\n  stablehlo.return %r : ${scalar}\n})`
}
