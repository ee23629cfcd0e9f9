import { Fault } from '../../contract/fault.ts'
import { lookUp, register, type Entry } from '../binding/table.ts'
import type { GraphValue } from '../ffi/graph.ts'
import { shareHandle } from '../ffi/tensors.ts'
import type { Attribute } from '../ffi/types.ts'
import { constantSymbol } from './constants.ts'
import { stateValue } from './stateNodes.ts'
import { addOperation, addPlaceholder, type Tracer } from './tracer.ts'

/** Adds an operation on ids: what `executeOp` does while a step is captured. */
export function recordOperation(
  tracer: Tracer,
  name: string,
  attributes: readonly Attribute[],
  ids: readonly number[],
  outputs: number,
) {
  const inputs = ids.map((id) => symbolOf(tracer, id))
  return addOperation(tracer, name, attributes, inputs, outputs).map((symbol) => {
    return { id: register({ kind: 'symbol', tracer, ...symbol }), shape: symbol.shape, dtype: symbol.type }
  })
}

/** The node an id stands for; tensors from before the step become parameters, state is read once. */
export function symbolOf(tracer: Tracer, id: number): GraphValue {
  const entry = lookUp(id)
  if (entry.kind === 'state') return stateValue(tracer, entry.slot)
  if (entry.kind === 'tensor') return heldTensor(tracer, id, entry)
  if (entry.tracer === tracer) return entry
  if (entry.values) return constantSymbol(tracer, entry.shape, entry.type, entry.values)
  throw staleSymbol()
}

export function staleSymbol(): Fault {
  return new Fault('tensor-captured', 'A tensor of a captured step was used outside of that step.', {
    hint: 'Return it from the step, or make it before the capture.',
  })
}

function heldTensor(
  tracer: Tracer,
  id: number,
  { handle, shape, type }: Extract<Entry, { kind: 'tensor' }>,
): GraphValue {
  let symbol = tracer.held.get(id)
  if (!symbol) {
    // Subtle: a handle of our own, since tfjs may free the tensor while the program still needs it.
    const own = shareHandle(handle)
    symbol = addPlaceholder(tracer, shape, type)
    tracer.held.set(id, symbol)
    tracer.parameters.push({ kind: 'held', handle: own, output: symbol.output })
  }
  return symbol
}
