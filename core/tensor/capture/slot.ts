import { Fault } from '../../contract/fault.ts'
import { session } from '../binding/session.ts'
import type { Pointer } from '../ffi/api.ts'
import { execute } from '../ffi/eager.ts'
import { deleteHandle } from '../ffi/tensors.ts'
import { attributeKind as kind, type Attribute } from '../ffi/types.ts'

/**
 * A resource variable on the device: the home of a state variable's value, read and updated in place by captured steps.
 * It lives while a captured step uses it or a tensor id is bound to it.
 */
export interface Slot {
  name: string
  shape: number[]
  type: number
  resource: Pointer
  /** Captured steps that use it. */
  users: number
  /** Ids bound to it. */
  bindings: Set<number>
  /** True while a step that writes it runs. */
  busy: boolean
  alive: boolean
}

// TensorFlow's reserved name for a resource that lives exactly as long as its handle.
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

/** Makes a resource variable without a value. */
export function newSlot(name: string, shape: number[], type: number): Slot {
  const attributes: Attribute[] = [
    { name: 'dtype', type: kind.type, value: type },
    { name: 'shape', type: kind.shape, value: shape },
    { name: 'shared_name', type: kind.string, value: anonymous },
    { name: 'container', type: kind.string, value: '' },
  ]
  const [resource] = execute(session().context, { name: 'VarHandleOp', attributes, inputs: [], outputs: 1 })
  return { name, shape, type, resource: resource!, users: 0, bindings: new Set(), busy: false, alive: true }
}

/** Sets the value from a handle, whose buffer it then shares. */
export function writeSlot(slot: Slot, handle: Pointer) {
  refuseBusy(slot)
  const attributes = [{ name: 'dtype', type: kind.type, value: slot.type }]
  execute(session().context, { name: 'AssignVariableOp', attributes, inputs: [slot.resource, handle], outputs: 0 })
}

/** The present value as a new handle, which the caller deletes. */
export function readSlot(slot: Slot): Pointer {
  refuseBusy(slot)
  const attributes = [{ name: 'dtype', type: kind.type, value: slot.type }]
  return execute(session().context, { name: 'ReadVariableOp', attributes, inputs: [slot.resource], outputs: 1 })[0]!
}

function refuseBusy(slot: Slot) {
  if (!slot.busy) return
  throw new Fault('tensor-busy', `Variable ${slot.name} is being updated by a running step.`, {
    subject: slot.name,
    hint: 'Await the step before reading or writing its state.',
  })
}

export function useSlot(slot: Slot) {
  slot.users++
}

export function leaveSlot(slot: Slot) {
  slot.users--
  freeIfUnused(slot)
}

/** An id that was bound to the slot is gone. */
export function forgetBinding(slot: Slot, id: number) {
  slot.bindings.delete(id)
  freeIfUnused(slot)
}

function freeIfUnused(slot: Slot) {
  if (!slot.alive || slot.users > 0 || slot.bindings.size > 0) return
  slot.alive = false
  deleteHandle(slot.resource)
}
