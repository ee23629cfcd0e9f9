import { Fault } from '../../contract/fault.ts'
import { session } from '../binding/session.ts'
import type { Cell, DeviceValue } from '../runtime/runtime.ts'

/**
 * The home of a state variable's value, read and updated in place by captured steps.
 * It lives while a captured step uses it or a tensor id is bound to it.
 */
export interface Slot {
  name: string
  cell: Cell
  /** Captured steps that use it. */
  users: number
  /** Ids bound to it. */
  bindings: Set<number>
  /** True while a step that writes it runs. */
  busy: boolean
  alive: boolean
}

/** Makes a slot without a value. */
export function newSlot(name: string, shape: readonly number[], type: number): Slot {
  const cell = session().runtime.newCell(shape, type)
  return { name, cell, users: 0, bindings: new Set(), busy: false, alive: true }
}

export function writeSlot(slot: Slot, value: DeviceValue) {
  refuseBusy(slot)
  session().runtime.writeCell(slot.cell, value)
}

/** The present value as a new one, which the caller frees. */
export function readSlot(slot: Slot): DeviceValue {
  refuseBusy(slot)
  return session().runtime.readCell(slot.cell)
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
  session().runtime.freeCell(slot.cell)
}
