import type { Pointer } from '../../ffi/memory.ts'
import { describeHandle } from '../../ffi/tensorflow/tensors.ts'
import type { GraphValue } from '../../ffi/tensorflow/graph.ts'
import type { Cell, DeviceValue, Recorded } from '../runtime.ts'

/** A tensor handle, or the handle of a resource variable. */
export interface Handle extends DeviceValue {
  handle: Pointer
}

/** A handle that a call returned, with its shape and type. */
export function withDescription(handle: Pointer): Handle {
  return { handle, ...describeHandle(handle) }
}

/** The handle behind a value or a cell of this runtime. */
export const handleOf = (value: DeviceValue | Cell): Pointer => (value as Handle).handle

/** The node behind a recorded value of this runtime. */
export const graphValue = (value: Recorded): GraphValue => value as GraphValue
