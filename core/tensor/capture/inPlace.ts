import { backend } from '../backend/current.ts'
import { session } from '../binding/session.ts'
import { lookUp, replaceEntry } from '../binding/table.ts'
import type { Attribute } from '../ffi/types.ts'
import type { tf } from '../tfjs.ts'
import type { Slot } from './slot.ts'
import { bind, idOf, ownsSlot } from './state.ts'
import { changeState, readState } from './stateValues.ts'
import { symbolOf } from './symbols.ts'

/** Whether a captured step may change these variables in place now: they are its state and not assigned yet. */
export function canUpdateInPlace(variables: readonly tf.Variable[]): boolean {
  const { tracer } = session()
  return (
    tracer !== null &&
    variables.every((variable) => {
      const slot = slotInStep(variable)
      return slot !== null && tracer.writable.has(slot)
    })
  )
}

/**
 * Records an operation that changes variables in place: its inputs are their resources, then `inputs`.
 * It waits for `after`. Clones made before keep the old value, and later reads of the variables see the new one.
 */
export function updateInPlace(
  variables: readonly tf.Variable[],
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly tf.Tensor[],
  after?: tf.Tensor,
) {
  const tracer = session().tracer!
  const slots = variables.map((variable) => slotInStep(variable)!)
  variables.forEach((variable, index) => keepOldValue(variable, slots[index]!))
  const symbols = inputs.map((input) => symbolOf(tracer, idOf(input)))
  const change = { name, attributes, inputs: symbols }
  changeState(tracer, slots, change, after && symbolOf(tracer, idOf(after)))
}

/** The variable's slot, unless the step has assigned it something else. */
function slotInStep(variable: tf.Variable): Slot | null {
  const entry = lookUp(idOf(variable))
  return entry.kind === 'state' && ownsSlot(variable, entry.slot) ? entry.slot : null
}

/** Tensors that share the variable's data (clones, what the tape saved) are pointed at its value before the change. */
function keepOldValue(variable: tf.Variable, slot: Slot) {
  if (backend().refCount(variable.dataId) === 1) return
  const tracer = session().tracer!
  const id = idOf(variable)
  replaceEntry(id, { kind: 'symbol', tracer, symbol: readState(tracer, slot) })
  bind(variable, slot)
  slot.bindings.delete(id)
}
