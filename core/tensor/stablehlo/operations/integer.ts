import { input, operations, type Lowering, type Operations } from '../call.ts'
import type { Builder, Value } from '../builder.ts'
import { numberFor } from '../constant.ts'
import { binary, compare, select, unary } from '../instructions.ts'
import { isFloat } from '../types.ts'
import { dataType } from '../../ffi/types.ts'

/** Whether the remainder is not zero and has another sign than the divisor: then rounding down and towards zero differ. */
function crosses(builder: Builder, remainder: Value, divisor: Value): Value {
  const zero = numberFor(builder, 0, remainder)
  const negative = (x: Value) => compare(builder, 'LT', x, zero)
  const differ = compare(builder, 'NE', negative(remainder), negative(divisor))
  return binary(builder, 'and', compare(builder, 'NE', remainder, zero), differ)
}

/** The quotient rounded down. */
const floorDivide: Lowering = (call) => {
  const { builder } = call
  const [x, y] = [input(call, 0), input(call, 1)]
  const quotient = binary(builder, 'divide', x, y)
  if (isFloat(x.type)) return unary(builder, 'floor', quotient)
  if (x.type === dataType.uint8) return quotient
  const remainder = binary(builder, 'remainder', x, y)
  const below = binary(builder, 'subtract', quotient, numberFor(builder, 1, quotient))
  return select(builder, crosses(builder, remainder, y), below, quotient)
}

/** The remainder with the divisor's sign. */
const floorModulo: Lowering = (call) => {
  const { builder } = call
  const [x, y] = [input(call, 0), input(call, 1)]
  const remainder = binary(builder, 'remainder', x, y)
  if (x.type === dataType.uint8) return remainder
  return select(builder, crosses(builder, remainder, y), binary(builder, 'add', remainder, y), remainder)
}

/** The remainder with the dividend's sign. */
const truncatedModulo: Lowering = (call) => binary(call.builder, 'remainder', input(call, 0), input(call, 1))

const truncatedDivide: Lowering = (call) => binary(call.builder, 'divide', input(call, 0), input(call, 1))

/** Arithmetic for signed types. */
const shiftRight: Lowering = (call) => {
  const x = input(call, 0)
  const name = x.type === dataType.uint8 ? 'shift_right_logical' : 'shift_right_arithmetic'
  return binary(call.builder, name, x, input(call, 1))
}

export const integer: Operations = operations({
  FloorDiv: floorDivide,
  FloorMod: floorModulo,
  Mod: truncatedModulo,
  TruncateMod: truncatedModulo,
  TruncateDiv: truncatedDivide,
  RightShift: shiftRight,
})
