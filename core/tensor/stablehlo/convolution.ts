import type { Builder, Value } from './builder.ts'
import { emit, typeOf } from './builder.ts'
import type { Padding } from './instructions.ts'

/** Roles of the axes of input, kernel and result: b(atch), f(eature), i(nput), o(utput), and numbers for spatial axes. */
export interface AxisRoles {
  input: string[]
  kernel: string[]
  result: string[]
}

export interface ConvolutionOptions {
  roles: AxisRoles
  /** Per spatial axis. */
  strides: readonly number[]
  padding: readonly Padding[]
  /** Distance of neighbouring elements of the input (1: dense) and of the kernel. */
  spread: readonly number[]
  dilations: readonly number[]
  features?: number
  batches?: number
}

/**
 * A convolution (a correlation: the kernel is not turned). `features`, `batches`: numbers of groups.
 * Always float32, in bfloat16 programs too: XLA for GPUs widens bfloat16 convolutions with float32 results again.
 */
export function convolve(builder: Builder, x: Value, kernel: Value, options: ConvolutionOptions): Value {
  const { roles, strides, padding, spread, dilations, features = 1, batches = 1 } = options
  const result = { shape: resultShape(x, kernel, options), type: x.type }
  const list = (values: readonly (number | string)[]) => `[${values.join(', ')}]`
  const window = [
    `stride = ${list(strides)}`,
    `pad = [${padding.map(({ low, high }) => list([low, high])).join(', ')}]`,
    `lhs_dilate = ${list(spread)}`,
    `rhs_dilate = ${list(dilations)}`,
  ].join(', ')
  const numbers = `${list(roles.input)}x${list(roles.kernel)}->${list(roles.result)}`
  const groups = `{batch_group_count = ${batches} : i64, feature_group_count = ${features} : i64}`
  const types = `(${typeOf(x)}, ${typeOf(kernel)}) -> ${typeOf(result)}`
  const how = `dim_numbers = ${numbers}, window = {${window}} ${groups}`
  return emit(builder, [x, kernel], result, `stablehlo.convolution(${x.name}, ${kernel.name}) ${how} : ${types}`)
}

function resultShape(input: Value, kernel: Value, options: ConvolutionOptions): number[] {
  const { roles, batches = 1 } = options
  const length = (value: Value, names: string[], role: string) => value.shape[names.indexOf(role)]!
  return roles.result.map((role) => {
    if (role === 'b') return length(input, roles.input, 'b') / batches
    if (role === 'f') return length(kernel, roles.kernel, 'o')
    return spatialLength(Number(role), length(input, roles.input, role), length(kernel, roles.kernel, role), options)
  })
}

function spatialLength(axis: number, input: number, kernel: number, options: ConvolutionOptions): number {
  const { strides, padding, spread, dilations } = options
  const { low, high } = padding[axis]!
  const available = extent(input, spread[axis]!) + low + high - extent(kernel, dilations[axis]!)
  return Math.max(0, Math.floor(available / strides[axis]!) + 1)
}

/** What `length` elements span when neighbours are `distance` apart. */
export const extent = (length: number, distance: number) => (length === 0 ? 0 : (length - 1) * distance + 1)
