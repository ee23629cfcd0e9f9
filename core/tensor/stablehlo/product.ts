import { Fault } from '../../contract/fault.ts'
import { dataType } from '../ffi/types.ts'
import { emit, typeOf, type Builder, type Value } from './builder.ts'
import { convert } from './instructions.ts'
import { shapeName } from './types.ts'

/** Pairs of axes: [axis of a, axis of b]. */
export type AxisPairs = readonly (readonly [number, number])[]

/**
 * The general product: batch axes stay, contracted axes are summed over. The result has the batch axes, then a's other axes, then b's.
 * Transposed operands are read where they came from, since a product takes its axes in any order.
 */
export function dot(builder: Builder, a: Value, b: Value, batch: AxisPairs, contract: AxisPairs): Value {
  for (const [x, y] of [...batch, ...contract]) {
    if (a.shape[x] !== b.shape[y]) {
      throw new Fault(
        'tensor-operation',
        `A product of ${shapeName(a)} and ${shapeName(b)}: axes ${x} and ${y} differ.`,
      )
    }
  }
  const free = (value: Value, side: 0 | 1) =>
    value.shape.filter((_, axis) => ![...batch, ...contract].some((pair) => pair[side] === axis))
  const shape = [...batch.map(([axis]) => a.shape[axis]!), ...free(a, 0), ...free(b, 1)]
  const freeAxes = Math.max(free(a, 0).length, free(b, 1).length)
  // Subtle: several free axes keep the order of the operand, so only a single one may be looked at through a transpose.
  const [x, y] = freeAxes > 1 ? [asItIs(a), asItIs(b)] : [source(a), source(b)]
  const list = (pairs: AxisPairs) =>
    `[${pairs.map(([axis]) => x.axes(axis)).join(', ')}] x [${pairs.map(([, axis]) => y.axes(axis)).join(', ')}]`
  const [left, right] = [narrow(builder, x.value), narrow(builder, y.value)]
  const result = { shape, type: a.type }
  const axes = `${batch.length ? `batching_dims = ${list(batch)}, ` : ''}contracting_dims = ${list(contract)}`
  const types = `(${typeOf(left)}, ${typeOf(right)}) -> ${typeOf(result)}`
  return emit(builder, [left, right], result, `stablehlo.dot_general ${left.name}, ${right.name}, ${axes} : ${types}`)
}

interface Reading {
  value: Value
  axes: (axis: number) => number
}

const asItIs = (value: Value): Reading => ({ value, axes: (axis) => axis })

function source(value: Value): Reading {
  const { transposeOf } = value
  if (!transposeOf) return asItIs(value)
  return { value: transposeOf.source, axes: (axis) => transposeOf.permutation[axis]! }
}

/** The operand of a product in the precision that the program is built for. */
function narrow(builder: Builder, x: Value): Value {
  return builder.bf16 && x.type === dataType.float32 ? convert(builder, x, dataType.bfloat16) : x
}
