import { dataType } from '../../ffi/types.ts'
import { axisOf, input, known, number, operations, type Lowering, type Operations } from '../call.ts'
import { constant, numberFor } from '../constant.ts'
import { binary, broadcast, compare, iota, reshape, select } from '../instructions.ts'
import { indices, isFloat } from '../types.ts'

const fill: Lowering = (call) => broadcast(call.builder, input(call, 1), known(call, 0))

const range: Lowering = (call) => {
  const [start, limit, delta] = [known(call, 0)[0]!, known(call, 1)[0]!, known(call, 2)[0]!]
  const { type } = input(call, 0)
  const count = Math.max(0, Math.ceil((limit - start) / delta))
  const values = indices(count).map((index) => start + index * delta)
  return constant(call.builder, [count], type, isFloat(type) ? Float32Array.from(values) : Int32Array.from(values))
}

const linSpace: Lowering = (call) => {
  const [start, stop, count] = [known(call, 0)[0]!, known(call, 1)[0]!, known(call, 2)[0]!]
  const step = count > 1 ? (stop - start) / (count - 1) : 0
  const values = indices(count).map((index) => (index > 0 && index === count - 1 ? stop : start + index * step))
  return constant(call.builder, [count], input(call, 0).type, Float32Array.from(values))
}

/** An index out of range gives a row of off values. */
const oneHot: Lowering = (call) => {
  const { builder } = call
  const [ids, on, off] = [input(call, 0), input(call, 2), input(call, 3)]
  const axis = axisOf(call, number(call, 'axis', -1), ids.shape.length + 1)
  const shape = ids.shape.toSpliced(axis, 0, known(call, 1)[0]!)
  const axes = indices(shape.length).filter((index) => index !== axis)
  const hit = compare(builder, 'EQ', broadcast(builder, ids, shape, axes), iota(builder, shape, axis, ids.type))
  return select(builder, hit, on, off)
}

/** Keeps `lower` diagonals below and `upper` above the main one; a negative number keeps all. */
const bandPart: Lowering = (call) => {
  const { builder } = call
  const [x, lower, upper] = [input(call, 0), known(call, 1)[0]!, known(call, 2)[0]!]
  const rank = x.shape.length
  const below = binary(builder, 'subtract', iota(builder, x.shape, rank - 2), iota(builder, x.shape, rank - 1))
  const limits = [
    lower < 0 ? null : compare(builder, 'LE', below, numberFor(builder, lower, below)),
    upper < 0 ? null : compare(builder, 'GE', below, numberFor(builder, -upper, below)),
  ].filter((limit) => limit !== null)
  if (limits.length === 0) return x
  return select(
    builder,
    limits.reduce((a, b) => binary(builder, 'and', a, b)),
    x,
    numberFor(builder, 0, x),
  )
}

/** x [...a] → [...a, ...a], zero off the diagonal. */
const diagonal: Lowering = (call) => {
  const { builder } = call
  const x = input(call, 0)
  const size = x.shape.reduce((product, length) => product * length, 1)
  const square = [size, size]
  const flat = broadcast(builder, reshape(builder, x, [size]), square, [0])
  const onDiagonal = compare(builder, 'EQ', iota(builder, square, 0), iota(builder, square, 1))
  return reshape(builder, select(builder, onDiagonal, flat, numberFor(builder, 0, x)), [...x.shape, ...x.shape])
}

/** The shape, as a tensor known while the program is built. */
const shapeOf: Lowering = (call) => {
  const { shape } = input(call, 0)
  return constant(call.builder, [shape.length], number(call, 'out_type', dataType.int32), Int32Array.from(shape))
}

const rankOf: Lowering = (call) =>
  constant(call.builder, [], dataType.int32, Int32Array.of(input(call, 0).shape.length))

export const fills: Operations = {
  ...operations({ Fill: fill }, [0]),
  ...operations({ Range: range, LinSpace: linSpace }, [0, 1, 2]),
  ...operations({ OneHot: oneHot }, [1]),
  ...operations({ MatrixBandPart: bandPart }, [1, 2]),
  ...operations({ Diag: diagonal, Shape: shapeOf, Rank: rankOf }),
}
