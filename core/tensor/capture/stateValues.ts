import type { Change, Recorded } from '../runtime/runtime.ts'
import type { Slot } from './slot.ts'
import { useInProgram, type Tracer } from './tracer.ts'

/** The variable's value at this point of the step. */
export function readState(tracer: Tracer, slot: Slot): Recorded {
  useInProgram(tracer, slot)
  return tracer.recorder.read(slot.cell)
}

/** Sets the variable. */
export function assignState(tracer: Tracer, slot: Slot, value: Recorded) {
  noteChange(tracer, slot)
  tracer.recorder.assign(slot.cell, value)
}

/** Changes variables in place. `after` holds the change back until that value exists. */
export function changeState(tracer: Tracer, slots: readonly Slot[], change: Change, after?: Recorded) {
  slots.forEach((slot) => noteChange(tracer, slot))
  const cells = slots.map(({ cell }) => cell)
  tracer.recorder.change(cells, change, after)
}

function noteChange(tracer: Tracer, slot: Slot) {
  useInProgram(tracer, slot)
  tracer.changed.add(slot)
}
