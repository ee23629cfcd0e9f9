import { Fault } from '../../contract/fault.ts'
import type { Tracer } from '../capture/tracer.ts'
import { forgetBinding, type Slot } from '../capture/slot.ts'
import type { HostValues } from '../ffi/types.ts'
import type { DeviceValue, Recorded } from '../runtime/runtime.ts'
import { session } from './session.ts'

/** What a tensor id stands for: a tensor on the device, a state variable's current value, or a value of a captured step. */
export type Entry =
  | { kind: 'tensor'; value: DeviceValue }
  | { kind: 'state'; slot: Slot }
  | { kind: 'symbol'; tracer: Tracer; symbol: Recorded; values?: HostValues }

const entries = new Map<number, Entry>()
let nextId = 1 // a double: 2^53 ids, where the stock binding's int32 stops freeing after 2^31

/** Gives an entry its id. */
export function register(entry: Entry): number {
  const id = nextId++
  entries.set(id, entry)
  return id
}

export function lookUp(id: number): Entry {
  const entry = entries.get(id)
  if (entry) return entry
  throw disposedTensor()
}

export function disposedTensor(): Fault {
  return new Fault('tensor-disposed', 'A tensor was used after it was disposed.', {
    hint: 'Keep it with tf.keep, or return it from tf.tidy.',
  })
}

export function replaceEntry(id: number, entry: Entry) {
  entries.set(id, entry)
}

/** Drops an id and frees what it alone held. Unknown ids are ignored, as tfjs expects. */
export function release(id: number) {
  const entry = entries.get(id)
  if (!entry) return
  entries.delete(id)
  if (entry.kind === 'tensor') session().runtime.free(entry.value)
  if (entry.kind === 'state') forgetBinding(entry.slot, id)
}

export const liveIds = () => entries.size
