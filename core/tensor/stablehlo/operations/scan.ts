import { dataType } from '../../ffi/types.ts'
import { emitAll, typeOf } from '../builder.ts'
import { axisOf, flag, input, known, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { pad, sliceAxis } from '../instructions.ts'
import { neutral, type Reducer } from '../reduction.ts'
import { reduceWindows } from '../windowReduction.ts'

/** Running totals: a window that reaches back to the start, which the compiler turns into a scan. */
const running =
  (reducer: Reducer): Lowering =>
  (call) => {
    const { builder } = call
    const x = input(call, 0)
    const axis = axisOf(call, known(call, 1)[0]!, x.shape.length)
    const length = x.shape[axis]!
    if (length === 0) return x
    const backwards = flag(call, 'reverse')
    const along = <Item>(at: Item, elsewhere: Item) => x.shape.map((_, index) => (index === axis ? at : elsewhere))
    const none = { low: 0, high: 0 }
    const side = (amount: number) => (backwards ? { low: 0, high: amount } : { low: amount, high: 0 })
    const shifted = () => {
      const kept = backwards ? sliceAxis(builder, x, axis, 1, length) : sliceAxis(builder, x, axis, 0, length - 1)
      return pad(builder, kept, neutral(builder, reducer, x.type), along(side(1), none))
    }
    return reduceWindows(builder, reducer, flag(call, 'exclusive') ? shifted() : x, {
      lengths: along(length, 1),
      strides: along(1, 1),
      padding: along(side(length - 1), none),
    })
  }

/** The k largest of the last axis in descending order, and where they are; of equals the first comes first. */
const largest: Lowering = (call) => {
  const x = input(call, 0)
  const k = known(call, 1)[0]!
  if (k > (x.shape.at(-1) ?? 0)) throw unsupported(call, `there are fewer than ${k} elements`)
  const shape = [...x.shape.slice(0, -1), k]
  const results = [
    { shape, type: x.type },
    { shape, type: dataType.int32 },
  ]
  const body = `chlo.top_k(${x.name}, k = ${k}) : ${typeOf(x)} -> (${results.map(typeOf).join(', ')})`
  return emitAll(call.builder, [x], results, body)
}

export const scans: Operations = operations(
  { Cumsum: running('add'), Cumprod: running('multiply'), TopKV2: largest },
  [1],
)
