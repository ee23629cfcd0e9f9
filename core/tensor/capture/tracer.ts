import type { Recorded, Recorder } from '../runtime/runtime.ts'
import { leaveSlot, useSlot, type Slot } from './slot.ts'

/** A step being captured: the program so far and what it needs. */
export interface Tracer {
  recorder: Recorder
  /** State that the program reads or changes, and what it changes of it. */
  used: Set<Slot>
  changed: Set<Slot>
  /** State that the step may change. */
  writable: Set<Slot>
  /** Recorded values of tensors from before the step, by id. */
  held: Map<number, Recorded>
  /** Small constants by type, shape and bytes. */
  constants: Map<string, Recorded>
}

export function newTracer(recorder: Recorder): Tracer {
  return {
    recorder,
    used: new Set(),
    changed: new Set(),
    writable: new Set(),
    held: new Map(),
    constants: new Map(),
  }
}

/** Notes that the program needs the slot, which lives as long as it. */
export function useInProgram({ used }: Tracer, slot: Slot) {
  if (used.has(slot)) return
  used.add(slot)
  useSlot(slot)
}

/** Gives up the use of state. */
export function leaveSlots({ used }: Pick<Tracer, 'used'>) {
  used.forEach(leaveSlot)
}
