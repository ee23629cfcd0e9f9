import { dataType, sizeOf } from '../../ffi/types.ts'
import type { Builder, Value } from '../builder.ts'
import { emitAll, typeOf } from '../builder.ts'
import {
  axesOf,
  axisOf,
  flag,
  input,
  known,
  number,
  operations,
  type Call,
  type Lowering,
  type Operations,
} from '../call.ts'
import { numberFor, splat } from '../constant.ts'
import { binary, convert, iota, unary } from '../instructions.ts'
import { neutral, reduce, type Reducer } from '../reduction.ts'
import { indices } from '../types.ts'

const axes = (call: Call) => axesOf(call, known(call, 1), input(call, 0).shape.length)

const reduction =
  (reducer: Reducer): Lowering =>
  (call) =>
    reduce(call.builder, reducer, input(call, 0), axes(call), flag(call, 'keep_dims'))

const mean: Lowering = (call) => meanOver(call.builder, input(call, 0), axes(call), flag(call, 'keep_dims'))

/** The mean over axes; NaN over none. */
export function meanOver(builder: Builder, x: Value, over: readonly number[], keep = false): Value {
  const sum = reduce(builder, 'add', x, over, keep)
  const count = sizeOf(over.map((axis) => x.shape[axis]!))
  return count === 1 ? sum : binary(builder, 'divide', sum, numberFor(builder, count, sum))
}

/** Half the sum of squares. */
const l2Loss: Lowering = (call) => {
  const x = input(call, 0)
  const sum = reduce(call.builder, 'add', binary(call.builder, 'multiply', x, x), indices(x.shape.length))
  return binary(call.builder, 'multiply', sum, numberFor(call.builder, 0.5, sum))
}

const euclideanNorm: Lowering = (call) => {
  const x = input(call, 0)
  const sum = reduce(call.builder, 'add', binary(call.builder, 'multiply', x, x), axes(call), flag(call, 'keep_dims'))
  return unary(call.builder, 'sqrt', sum)
}

/** The first index of the largest (smallest) value; a NaN counts as such. */
const extremeIndex =
  (reducer: 'maximum' | 'minimum'): Lowering =>
  (call) => {
    const x = input(call, 0)
    const axis = axisOf(call, known(call, 1)[0] ?? 0, x.shape.length)
    const found = extremeAlong(call.builder, reducer, x, axis)
    return convert(call.builder, found, number(call, 'output_type', dataType.int64))
  }

function extremeAlong(builder: Builder, reducer: 'maximum' | 'minimum', x: Value, axis: number): Value {
  const positions = iota(builder, x.shape, axis)
  const starts = [neutral(builder, reducer, x.type), splat(builder, 0, [], dataType.int32)] as const
  const shape = x.shape.filter((_, index) => index !== axis)
  const results = [
    { shape, type: x.type },
    { shape, type: dataType.int32 },
  ]
  const operands = [x, positions, ...starts]
  const names = operands.map((operand) => operand.name).join(', ')
  const types = `(${operands.map(typeOf).join(', ')}) -> (${results.map(typeOf).join(', ')})`
  const region = pairRegion(reducer === 'maximum' ? 'GT' : 'LT', x.type)
  const body = `"stablehlo.reduce"(${names}) <{dimensions = array<i64: ${axis}>}> ${region} : ${types}`
  return emitAll(builder, operands, results, body)[1]!
}

/** Of two (value, index) pairs: the better value, and of equals the lower index. */
function pairRegion(better: 'GT' | 'LT', type: number): string {
  const value = typeOf({ shape: [], type })
  const index = typeOf({ shape: [], type: dataType.int32 })
  const bool = typeOf({ shape: [], type: dataType.bool })
  const compared = (direction: string, a: string, b: string, operand: string) =>
    `stablehlo.compare ${direction}, ${a}, ${b} : (${operand}, ${operand}) -> ${bool}`
  return [
    `({\n^bb0(%a: ${value}, %i: ${index}, %b: ${value}, %j: ${index}):`,
    `  %better = ${compared(better, '%a', '%b', value)}`,
    `  %nan = ${compared('NE', '%a', '%a', value)}`,
    `  %first = stablehlo.or %better, %nan : ${bool}`,
    `  %equal = ${compared('EQ', '%a', '%b', value)}`,
    `  %lower = ${compared('LT', '%i', '%j', index)}`,
    `  %tie = stablehlo.and %equal, %lower : ${bool}`,
    `  %at = stablehlo.or %first, %tie : ${bool}`,
    `  %v = stablehlo.select %first, %a, %b : ${bool}, ${value}`,
    `  %k = stablehlo.select %at, %i, %j : ${bool}, ${index}`,
    `  stablehlo.return %v, %k : ${value}, ${index}\n})`,
  ].join('\n')
}

export const reductions: Operations = operations(
  {
    Sum: reduction('add'),
    Prod: reduction('multiply'),
    Max: reduction('maximum'),
    Min: reduction('minimum'),
    All: reduction('and'),
    Any: reduction('or'),
    Mean: mean,
    EuclideanNorm: euclideanNorm,
    ArgMax: extremeIndex('maximum'),
    ArgMin: extremeIndex('minimum'),
  },
  [1],
)

export const norms: Operations = operations({ L2Loss: l2Loss })
