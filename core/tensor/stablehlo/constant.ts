import { Fault } from '../../contract/fault.ts'
import type { HostValues } from '../ffi/types.ts'
import { dataType, sizeOf } from '../ffi/types.ts'
import { emit, emitLazily, typeOf, type Builder, type Value } from './builder.ts'
import { isFloat } from './types.ts'

/** Constants up to this size are shared. */
const smallConstant = 64

/**
 * A constant from row-major values (int64 as int32 values, bool as 0 and 1). One repeated value becomes a splat, whatever the size.
 * `host` of the result is what was given.
 */
export function constant(builder: Builder, shape: readonly number[], type: number, values: HostValues): Value {
  if (values.length !== sizeOf(shape)) {
    throw new Fault('tensor-shape', `${values.length} values don't fill a tensor of shape [${shape.join(', ')}].`)
  }
  return { ...constantValue(builder, [...shape], type, values), host: values }
}

function constantValue(builder: Builder, shape: number[], type: number, values: HostValues): Value {
  const result = { shape, type }
  if (values.length === 0) return emit(builder, [], result, `stablehlo.constant dense<> : ${typeOf(result)}`)
  if (isUniform(values)) return splat(builder, values[0]!, shape, type)
  if (type === dataType.bool) return flags(builder, shape, values)
  const body = () => `stablehlo.constant dense<"0x${payload(type, values)}"> : ${typeOf(result)}`
  return values.length <= smallConstant ? emit(builder, [], result, body()) : emitLazily(builder, result, body)
}

/** One number, repeated. */
export function splat(builder: Builder, value: number, shape: readonly number[], type: number): Value {
  const result = { shape: [...shape], type }
  const made = emit(builder, [], result, `stablehlo.constant dense<${literal(value, type)}> : ${typeOf(result)}`)
  return shape.length === 0 ? { ...made, host: scalarValues(value, type) } : made
}

/** A number that `like` can be combined with: a scalar of its type. */
export const numberFor = (builder: Builder, value: number, like: Value) => splat(builder, value, [], like.type)

function scalarValues(value: number, type: number): HostValues {
  if (isFloat(type)) return Float32Array.of(value)
  return type === dataType.bool || type === dataType.uint8 ? Uint8Array.of(value) : Int32Array.of(value)
}

function literal(value: number, type: number): string {
  if (type === dataType.bool) return value ? 'true' : 'false'
  if (type === dataType.float32) return `0x${float32Bits(value).toString(16).toUpperCase().padStart(8, '0')}`
  if (type === dataType.bfloat16) return `0x${(float32Bits(value) >>> 16).toString(16).toUpperCase().padStart(4, '0')}`
  return String(value)
}

function float32Bits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!
}

/** Subtle: compared as bits, since 0 and −0 differ and NaN equals itself there. */
function isUniform(values: HostValues): boolean {
  const { buffer, byteOffset, length } = values
  const bits = values instanceof Uint8Array ? values : new Uint32Array(buffer, byteOffset, length)
  return bits.every((word) => word === bits[0])
}

function payload(type: number, values: HostValues): string {
  const source = type === dataType.int64 ? BigInt64Array.from(values, BigInt) : values
  return Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('hex').toUpperCase()
}

/** Truth values go through bytes: their payload has one bit each, in an order of its own. */
function flags(builder: Builder, shape: number[], values: HostValues): Value {
  const bytes = constantValue(builder, shape, dataType.uint8, Uint8Array.from(values))
  const zero = splat(builder, 0, shape, dataType.uint8)
  const body = `stablehlo.compare NE, ${bytes.name}, ${zero.name} : (${typeOf(bytes)}, ${typeOf(zero)}) -> ${typeOf({ shape, type: dataType.bool })}`
  return emit(builder, [bytes, zero], { shape, type: dataType.bool }, body)
}
