import { dataType } from '../../ffi/types.ts'
import { input, number, operations, type Lowering, type Operations } from '../call.ts'
import { emit, typeOf } from '../builder.ts'
import { numberFor, splat } from '../constant.ts'
import { binary, compare, convert, reshape, select, unary, unaryClient, type Direction } from '../instructions.ts'

const one =
  (name: string): Lowering =>
  (call) =>
    unary(call.builder, name, input(call, 0))

const oneOfClient =
  (name: string): Lowering =>
  (call) =>
    unaryClient(call.builder, name, input(call, 0))

const two =
  (name: string): Lowering =>
  (call) =>
    binary(call.builder, name, input(call, 0), input(call, 1))

const comparison =
  (direction: Direction): Lowering =>
  (call) =>
    compare(call.builder, direction, input(call, 0), input(call, 1))

const square: Lowering = (call) => binary(call.builder, 'multiply', input(call, 0), input(call, 0))

const squaredDifference: Lowering = (call) => {
  const difference = binary(call.builder, 'subtract', input(call, 0), input(call, 1))
  return binary(call.builder, 'multiply', difference, difference)
}

const reciprocal: Lowering = (call) => {
  const x = input(call, 0)
  return binary(call.builder, 'divide', numberFor(call.builder, 1, x), x)
}

/** 0 where the divisor is 0. */
const divideNoNan: Lowering = (call) => {
  const { builder } = call
  const [x, y] = [input(call, 0), input(call, 1)]
  const zero = numberFor(builder, 0, y)
  return select(builder, compare(builder, 'EQ', y, zero), zero, binary(builder, 'divide', x, y))
}

const cast: Lowering = (call) => convert(call.builder, input(call, 0), number(call, 'DstT', dataType.float32))

const isFinite: Lowering = (call) => {
  const x = input(call, 0)
  const result = { shape: x.shape, type: dataType.bool }
  return emit(call.builder, [x], result, `stablehlo.is_finite ${x.name} : (${typeOf(x)}) -> ${typeOf(result)}`)
}

const isNan: Lowering = (call) => compare(call.builder, 'NE', input(call, 0), input(call, 0))

const isInf: Lowering = (call) => {
  const size = unary(call.builder, 'abs', input(call, 0))
  return compare(call.builder, 'EQ', size, numberFor(call.builder, Infinity, size))
}

/** A condition of rank 1 chooses whole rows. */
const selectRows: Lowering = (call) => {
  const [condition, a, b] = [input(call, 0), input(call, 1), input(call, 2)]
  if (condition.shape.length !== 1 || a.shape.length < 2) return select(call.builder, condition, a, b)
  const column = reshape(call.builder, condition, [condition.shape[0]!, ...a.shape.slice(1).map(() => 1)])
  return select(call.builder, column, a, b)
}

const chooseElements: Lowering = (call) => select(call.builder, input(call, 0), input(call, 1), input(call, 2))

const clip: Lowering = (call) => {
  const [x, low, high] = [input(call, 0), input(call, 1), input(call, 2)]
  return binary(call.builder, 'maximum', binary(call.builder, 'minimum', x, high), low)
}

const addAll: Lowering = (call) => call.inputs.reduce((sum, x) => binary(call.builder, 'add', sum, x))

const identity: Lowering = (call) => input(call, 0)

const like =
  (value: number): Lowering =>
  (call) =>
    splat(call.builder, value, input(call, 0).shape, input(call, 0).type)

export const elementwise: Operations = operations({
  Abs: one('abs'),
  Neg: one('negate'),
  Exp: one('exponential'),
  Expm1: one('exponential_minus_one'),
  Log: one('log'),
  Log1p: one('log_plus_one'),
  Sqrt: one('sqrt'),
  Rsqrt: one('rsqrt'),
  Sin: one('sine'),
  Cos: one('cosine'),
  Tanh: one('tanh'),
  Sign: one('sign'),
  Floor: one('floor'),
  Ceil: one('ceil'),
  Round: one('round_nearest_even'),
  Rint: one('round_nearest_even'),
  LogicalNot: one('not'),
  Invert: one('not'),
  Tan: oneOfClient('tan'),
  Sinh: oneOfClient('sinh'),
  Cosh: oneOfClient('cosh'),
  Asin: oneOfClient('asin'),
  Acos: oneOfClient('acos'),
  Atan: oneOfClient('atan'),
  Asinh: oneOfClient('asinh'),
  Acosh: oneOfClient('acosh'),
  Atanh: oneOfClient('atanh'),
  Erf: oneOfClient('erf'),
  Erfc: oneOfClient('erfc'),
  Erfinv: oneOfClient('erf_inv'),
  Lgamma: oneOfClient('lgamma'),
  Digamma: oneOfClient('digamma'),
  Square: square,
  Reciprocal: reciprocal,
  Inv: reciprocal,
  IsFinite: isFinite,
  IsNan: isNan,
  IsInf: isInf,
  Cast: cast,
  Add: two('add'),
  AddV2: two('add'),
  Sub: two('subtract'),
  Mul: two('multiply'),
  Div: two('divide'),
  RealDiv: two('divide'),
  DivNoNan: divideNoNan,
  Pow: two('power'),
  Atan2: two('atan2'),
  Maximum: two('maximum'),
  Minimum: two('minimum'),
  SquaredDifference: squaredDifference,
  AddN: addAll,
  LogicalAnd: two('and'),
  LogicalOr: two('or'),
  BitwiseAnd: two('and'),
  BitwiseOr: two('or'),
  BitwiseXor: two('xor'),
  LeftShift: two('shift_left'),
  Equal: comparison('EQ'),
  NotEqual: comparison('NE'),
  Greater: comparison('GT'),
  GreaterEqual: comparison('GE'),
  Less: comparison('LT'),
  LessEqual: comparison('LE'),
  Select: selectRows,
  SelectV2: chooseElements,
  ClipByValue: clip,
  Identity: identity,
  StopGradient: identity,
  EnsureShape: identity,
  ZerosLike: like(0),
  OnesLike: like(1),
})
