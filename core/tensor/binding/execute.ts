import { readSlot } from '../capture/slot.ts'
import { recordOperation, staleSymbol } from '../capture/symbols.ts'
import type { Attribute } from '../ffi/types.ts'
import type { DeviceValue } from '../runtime/runtime.ts'
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
  const { runtime, tracer } = session()
  if (tracer) return recordOperation(tracer, name, attributes, ids, outputs)
  const borrowed: DeviceValue[] = []
  try {
    const inputs = ids.map((id) => valueOf(id, borrowed))
    return runtime.execute({ name, attributes, inputs, outputs }).map(registerValue)
  } finally {
    borrowed.forEach(runtime.free)
  }
}

/** Registers a value that the caller owned. */
export function registerValue(value: DeviceValue): Metadata {
  return { id: register({ kind: 'tensor', value }), shape: [...value.shape], dtype: value.type }
}

/** The value behind an id. That of a state variable is read into a new one, added to `borrowed` for the caller to free. */
export function valueOf(id: number, borrowed: DeviceValue[]): DeviceValue {
  const entry = lookUp(id)
  if (entry.kind === 'tensor') return entry.value
  if (entry.kind === 'symbol') return revive(id, entry)
  const value = readSlot(entry.slot)
  borrowed.push(value)
  return value
}

/** A constant made during a capture can live on (a cached mask, say): its values were kept on the host. */
function revive(id: number, { symbol, values }: Extract<Entry, { kind: 'symbol' }>): DeviceValue {
  if (!values) throw staleSymbol()
  const value = session().runtime.upload(symbol.shape, symbol.type, values)
  replaceEntry(id, { kind: 'tensor', value })
  return value
}
