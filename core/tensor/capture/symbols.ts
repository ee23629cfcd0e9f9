import { Fault } from '../../contract/fault.ts'
import type { Metadata } from '../binding/execute.ts'
import { session } from '../binding/session.ts'
import { lookUp, register } from '../binding/table.ts'
import type { Attribute } from '../ffi/types.ts'
import type { DeviceValue, Recorded } from '../runtime/runtime.ts'
import { constantSymbol } from './constants.ts'
import { readState } from './stateValues.ts'
import type { Tracer } from './tracer.ts'

/** Records an operation on ids: what `executeOp` does while a step is captured. */
export function recordOperation(
  tracer: Tracer,
  name: string,
  attributes: readonly Attribute[],
  ids: readonly number[],
  outputs: number,
): Metadata[] {
  const inputs = ids.map((id) => symbolOf(tracer, id))
  return tracer.recorder
    .operation({ name, attributes, inputs, outputs })
    .map((symbol) => registerSymbol(tracer, symbol))
}

export function registerSymbol(tracer: Tracer, symbol: Recorded): Metadata {
  return { id: register({ kind: 'symbol', tracer, symbol }), shape: [...symbol.shape], dtype: symbol.type }
}

/** The recorded value an id stands for; tensors from before the step are frozen into it, state is read. */
export function symbolOf(tracer: Tracer, id: number): Recorded {
  const entry = lookUp(id)
  if (entry.kind === 'state') return readState(tracer, entry.slot)
  if (entry.kind === 'tensor') return heldTensor(tracer, id, entry.value)
  if (entry.tracer === tracer) return entry.symbol
  if (entry.values) return constantSymbol(tracer, entry.symbol.shape, entry.symbol.type, entry.values)
  throw staleSymbol()
}

export function staleSymbol(): Fault {
  return new Fault('tensor-captured', 'A tensor of a captured step was used outside of that step.', {
    hint: 'Return it from the step, or make it before the capture.',
  })
}

function heldTensor(tracer: Tracer, id: number, value: DeviceValue): Recorded {
  let symbol = tracer.held.get(id)
  if (!symbol) {
    // Subtle: a value of our own, since tfjs may free the tensor while the program still needs it.
    symbol = tracer.recorder.hold(session().runtime.share(value))
    tracer.held.set(id, symbol)
  }
  return symbol
}
