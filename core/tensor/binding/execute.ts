import type { Pointer } from '../ffi/api.ts'
import { execute } from '../ffi/eager.ts'
import { deleteHandle, describeHandle, upload } from '../ffi/tensors.ts'
import type { Attribute } from '../ffi/types.ts'
import { readSlot } from '../capture/slot.ts'
import { recordOperation, staleSymbol } from '../capture/symbols.ts'
import { session } from './session.ts'
import { lookUp, register, replaceEntry, type Entry } from './table.ts'

/** A result as tfjs-node's kernels expect it; `dtype` is TensorFlow's number. */
export interface Metadata {
  id: number
  shape: number[]
  dtype: number
}

/** Runs an operation on ids, or records it while a step is captured. */
export function executeOperation(
  name: string,
  attributes: readonly Attribute[],
  ids: readonly number[],
  outputs: number,
): Metadata[] {
  const { context, tracer } = session()
  if (tracer) return recordOperation(tracer, name, attributes, ids, outputs)
  const borrowed: Pointer[] = []
  try {
    const inputs = ids.map((id) => handleOf(id, borrowed))
    return execute(context, { name, attributes, inputs, outputs }).map(registerHandle)
  } finally {
    borrowed.forEach(deleteHandle)
  }
}

/** Registers a handle that the caller owned. */
export function registerHandle(handle: Pointer): Metadata {
  const { shape, type } = describeHandle(handle)
  return { id: register({ kind: 'tensor', handle, shape, type }), shape, dtype: type }
}

/** The handle behind an id. The value of a state variable is read into a new one, added to `borrowed` for the caller to delete. */
export function handleOf(id: number, borrowed: Pointer[]): Pointer {
  const entry = lookUp(id)
  if (entry.kind === 'tensor') return entry.handle
  if (entry.kind === 'symbol') return revive(id, entry)
  const handle = readSlot(entry.slot)
  borrowed.push(handle)
  return handle
}

/** A constant made during a capture can live on (a cached mask, say): its values were kept on the host. */
function revive(id: number, entry: Extract<Entry, { kind: 'symbol' }>): Pointer {
  if (!entry.values) throw staleSymbol()
  const { shape, type } = entry
  const handle = upload(shape, type, entry.values)
  replaceEntry(id, { kind: 'tensor', handle, shape, type })
  return handle
}
