import { Fault } from '../../contract/fault.ts'
import { backend } from '../backend/current.ts'
import { valueOf } from '../binding/execute.ts'
import { session } from '../binding/session.ts'
import { lookUp, register, replaceEntry } from '../binding/table.ts'
import type { DeviceValue } from '../runtime/runtime.ts'
import type { tf } from '../tfjs.ts'
import { newSlot, writeSlot, type Slot } from './slot.ts'

const slots = new WeakMap<tf.Variable, Slot>()
const owners = new WeakMap<Slot, tf.Variable>()

/** The variable's home on the device, made and filled on first use; afterwards the variable reads from it. */
export function slotOf(variable: tf.Variable): Slot {
  let slot = slots.get(variable)
  if (!slot?.alive) {
    const type =
      backend().binding[variable.dtype === 'float32' ? 'TF_FLOAT' : variable.dtype === 'bool' ? 'TF_BOOL' : 'TF_INT32']
    slot = newSlot(variable.name, [...variable.shape], type)
    slots.set(variable, slot)
    owners.set(slot, variable)
  }
  settle(slot)
  return slot
}

/**
 * Makes variable and slot agree before a step: a value assigned in eager mode since the last step goes to the device,
 * and tensors that share the variable's data (clones, reshapes) keep the value they were made with.
 */
export function settle(slot: Slot) {
  const variable = owners.get(slot)!
  if (variable.isDisposed) {
    throw new Fault('tensor-disposed', `Variable ${slot.name} was disposed, but a captured step uses it.`, {
      subject: slot.name,
    })
  }
  const id = idOf(variable)
  const entry = lookUp(id)
  const bound = entry.kind === 'state' && entry.slot === slot
  if (bound && backend().refCount(variable.dataId) === 1) return
  const borrowed: DeviceValue[] = []
  const value = valueOf(id, borrowed)
  if (bound) detach(slot, id, borrowed.pop()!)
  else writeSlot(slot, value)
  borrowed.forEach(session().runtime.free)
  bind(variable, slot)
}

/** Gives an id that was bound to the slot the slot's present value for good. */
function detach(slot: Slot, id: number, value: DeviceValue) {
  replaceEntry(id, { kind: 'tensor', value })
  slot.bindings.delete(id)
}

/** Whether this is the variable's own slot, and not that of another one whose value was assigned to it. */
export function ownsSlot(variable: tf.Variable, slot: Slot): boolean {
  return slots.get(variable) === slot
}

/** Points the variable at its slot, whatever it holds now. */
export function bind(variable: tf.Variable, slot: Slot) {
  const { shape, type } = slot.cell
  const id = register({ kind: 'state', slot })
  slot.bindings.add(id)
  const tensor = backend().createOutputTensor({ id, shape: [...shape], dtype: type })
  variable.assign(tensor)
  tensor.dispose()
}

export function idOf(tensor: tf.Tensor): number {
  return backend().getInputTensorIds([tensor])[0]!
}
