import { Fault } from '../../contract/fault.ts'
import { dataType, sizeOf } from '../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from './builder.ts'
import { splat } from './constant.ts'
import { indices, sameShape, shapeName } from './types.ts'

// StableHLO's instructions with NumPy's broadcasting: what the lowerings are written in.

/** One operand, same shape and type: "exponential", "negate", … */
export function unary(builder: Builder, name: string, x: Value): Value {
  return emit(builder, [x], x, `stablehlo.${name} ${x.name} : ${typeOf(x)}`)
}

/** The same from the CHLO dialect, which the compiler expands: "erf", "tan", … */
export function unaryClient(builder: Builder, name: string, x: Value): Value {
  return emit(builder, [x], x, `chlo.${name} ${x.name} : ${typeOf(x)} -> ${typeOf(x)}`)
}

/** Two operands, broadcast against each other: "add", "maximum", … */
export function binary(builder: Builder, name: string, a: Value, b: Value): Value {
  const [x, y] = together(builder, name, a, b)
  return emit(builder, [x, y], x, `stablehlo.${name} ${x.name}, ${y.name} : ${typeOf(x)}`)
}

export type Direction = 'EQ' | 'NE' | 'GT' | 'GE' | 'LT' | 'LE'

/** A bool per element. */
export function compare(builder: Builder, direction: Direction, a: Value, b: Value): Value {
  const [x, y] = together(builder, 'compare', a, b)
  const result = { shape: x.shape, type: dataType.bool }
  const types = `(${typeOf(x)}, ${typeOf(y)}) -> ${typeOf(result)}`
  return emit(builder, [x, y], result, `stablehlo.compare ${direction}, ${x.name}, ${y.name} : ${types}`)
}

/** condition ? a : b, all broadcast. */
export function select(builder: Builder, condition: Value, a: Value, b: Value): Value {
  const shape = broadcastShape('select', condition.shape, broadcastShape('select', a.shape, b.shape))
  const [p, x, y] = [condition, a, b].map((value) => broadcast(builder, value, shape)) as [Value, Value, Value]
  refuseMixed('select', x, y)
  const body = `stablehlo.select ${p.name}, ${x.name}, ${y.name} : ${typeOf(p)}, ${typeOf(x)}`
  return emit(builder, [p, x, y], x, body)
}

function together(builder: Builder, name: string, a: Value, b: Value): [Value, Value] {
  refuseMixed(name, a, b)
  const shape = broadcastShape(name, a.shape, b.shape)
  return [broadcast(builder, a, shape), broadcast(builder, b, shape)]
}

function refuseMixed(name: string, a: Value, b: Value) {
  if (a.type === b.type) return
  throw new Fault('tensor-operation', `${name} of ${shapeName(a)} and ${shapeName(b)}: the types differ.`)
}

/** NumPy's rule. */
export function broadcastShape(name: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return indices(rank).map((axis) => {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (x === y || y === 1) return x
    if (x === 1) return y
    throw new Fault('tensor-operation', `${name}: shapes [${a.join(', ')}] and [${b.join(', ')}] don't fit together.`)
  })
}

/** Repeats `x` to `shape`; its axes go to `axes`, by default the last ones. */
export function broadcast(builder: Builder, x: Value, shape: readonly number[], axes?: readonly number[]): Value {
  if (!axes && sameShape(x.shape, shape)) return x
  if (x.host?.length === 1) return splat(builder, x.host[0]!, shape, x.type)
  const result = { shape: [...shape], type: x.type }
  const to = axes ?? indices(x.shape.length).map((axis) => axis + shape.length - x.shape.length)
  const body = `stablehlo.broadcast_in_dim ${x.name}, dims = [${to.join(', ')}] : (${typeOf(x)}) -> ${typeOf(result)}`
  return emit(builder, [x], result, body)
}

export function reshape(builder: Builder, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x
  if (sizeOf(x.shape) !== sizeOf(shape)) {
    throw new Fault('tensor-operation', `${shapeName(x)} can't be reshaped to [${shape.join(', ')}].`)
  }
  const result = { shape: [...shape], type: x.type }
  const value = emit(builder, [x], result, `stablehlo.reshape ${x.name} : (${typeOf(x)}) -> ${typeOf(result)}`)
  return x.host ? { ...value, host: x.host } : value
}

export function transpose(builder: Builder, x: Value, permutation: readonly number[]): Value {
  if (permutation.every((from, axis) => from === axis)) return x
  const result = { shape: permutation.map((from) => x.shape[from]!), type: x.type }
  const body = `stablehlo.transpose ${x.name}, dims = [${permutation.join(', ')}] : (${typeOf(x)}) -> ${typeOf(result)}`
  return { ...emit(builder, [x], result, body), transposeOf: { source: x, permutation: [...permutation] } }
}

/** Values in another type: rounded towards zero to integers, compared with 0 to bool. */
export function convert(builder: Builder, x: Value, type: number): Value {
  if (x.type === type) return x
  if (type === dataType.bool) return compare(builder, 'NE', x, splat(builder, 0, [], x.type))
  const result = { shape: x.shape, type }
  const value = emit(builder, [x], result, `stablehlo.convert ${x.name} : (${typeOf(x)}) -> ${typeOf(result)}`)
  return value
}

/** The same bits as another type; `shape` as StableHLO wants it where the widths differ. */
export function bitcast(builder: Builder, x: Value, shape: number[], type: number): Value {
  const result = { shape, type }
  return emit(builder, [x], result, `stablehlo.bitcast_convert ${x.name} : (${typeOf(x)}) -> ${typeOf(result)}`)
}

/** x[starts : limits : strides] on every axis. */
export function slice(
  builder: Builder,
  x: Value,
  starts: readonly number[],
  limits: readonly number[],
  strides: readonly number[] = x.shape.map(() => 1),
): Value {
  const shape = starts.map((start, axis) => Math.ceil((limits[axis]! - start) / strides[axis]!))
  if (sameShape(shape, x.shape)) return x
  const ranges = starts.map((start, axis) => `${start}:${limits[axis]}:${strides[axis]}`).join(', ')
  const result = { shape, type: x.type }
  return emit(builder, [x], result, `stablehlo.slice ${x.name} [${ranges}] : (${typeOf(x)}) -> ${typeOf(result)}`)
}

/** Part of one axis. */
export function sliceAxis(builder: Builder, x: Value, axis: number, start: number, limit: number): Value {
  const starts = x.shape.map((_, index) => (index === axis ? start : 0))
  const limits = x.shape.map((length, index) => (index === axis ? limit : length))
  return slice(builder, x, starts, limits)
}

export function concatenate(builder: Builder, parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]!
  const first = parts[0]!
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0)
  const result = { shape: first.shape.map((length, index) => (index === axis ? total : length)), type: first.type }
  const names = parts.map((part) => part.name).join(', ')
  const types = `(${parts.map(typeOf).join(', ')}) -> ${typeOf(result)}`
  return emit(builder, parts, result, `stablehlo.concatenate ${names}, dim = ${axis} : ${types}`)
}

/** Padding of one axis; `between` goes between elements, and negative numbers cut. */
export interface Padding {
  low: number
  high: number
  between?: number
}

export function pad(builder: Builder, x: Value, value: Value, padding: readonly Padding[]): Value {
  if (padding.every(({ low, high, between = 0 }) => low === 0 && high === 0 && between === 0)) return x
  const shape = x.shape.map((length, axis) => {
    const { low, high, between = 0 } = padding[axis]!
    return length + low + high + Math.max(0, length - 1) * between
  })
  const list = (pick: (axis: Padding) => number) => `[${padding.map(pick).join(', ')}]`
  const amounts = `low = ${list((p) => p.low)}, high = ${list((p) => p.high)}, interior = ${list((p) => p.between ?? 0)}`
  const result = { shape, type: x.type }
  const types = `(${typeOf(x)}, ${typeOf(value)}) -> ${typeOf(result)}`
  return emit(builder, [x, value], result, `stablehlo.pad ${x.name}, ${value.name}, ${amounts} : ${types}`)
}

export function reverse(builder: Builder, x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x
  return emit(builder, [x], x, `stablehlo.reverse ${x.name}, dims = [${axes.join(', ')}] : ${typeOf(x)}`)
}

/** Each element's index along `axis`. */
export function iota(builder: Builder, shape: readonly number[], axis: number, type: number = dataType.int32): Value {
  const result = { shape: [...shape], type }
  return emit(builder, [], result, `stablehlo.iota dim = ${axis} : ${typeOf(result)}`)
}
