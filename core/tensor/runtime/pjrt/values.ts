import { Fault } from '../../../contract/fault.ts'
import { sizeOf, type HostValues } from '../../ffi/types.ts'
import type { Cell, DeviceValue } from '../runtime.ts'
import type { PjrtDevice } from './device.ts'

/** A buffer and how many values and cells share it; it is destroyed with the last. */
export interface Shared {
  buffer: bigint
  owners: number
}

/** Small tensors from the host stay there until a program needs them on the device. */
export interface Value extends DeviceValue {
  host: HostValues | null
  shared: Shared | null
}

/** A state variable's home. Without a buffer it has no value: never set, or lost in a run that failed. */
export interface BufferCell extends Cell {
  shared: Shared | null
  lost: boolean
}

/** Values up to this size are kept on the host. */
const smallSize = 64

/** Values, cells and their buffers on one device. */
export function newValues(device: PjrtDevice) {
  let live = 0

  const join = (shared: Shared): Shared => (shared.owners++, shared)
  const leave = (shared: Shared | null) => {
    if (shared && --shared.owners === 0) device.destroy(shared.buffer)
  }

  function upload(shape: readonly number[], type: number, values: HostValues): Value {
    live++
    try {
      return sizeOf(shape) <= smallSize ? onHost(shape, type, values) : onDevice(shape, type, values)
    } catch (error) {
      live--
      throw error
    }
  }

  const onHost = (shape: readonly number[], type: number, values: HostValues): Value => {
    checkSize(shape, values)
    return { shape: [...shape], type, host: values.slice(), shared: null }
  }

  const onDevice = (shape: readonly number[], type: number, values: HostValues): Value => {
    return { shape: [...shape], type, host: null, shared: { buffer: device.put(shape, type, values), owners: 1 } }
  }

  /** The value's buffer, uploaded now if it was on the host. */
  function sharedOf(value: Value): Shared {
    value.shared ??= { buffer: device.put(value.shape, value.type, value.host!), owners: 1 }
    return value.shared
  }

  function lose(cell: BufferCell) {
    leave(cell.shared)
    Object.assign(cell, { shared: null, lost: true })
  }

  return {
    liveHandles: () => live,
    upload,
    sharedOf,
    bufferOf: (value: DeviceValue): bigint => sharedOf(value as Value).buffer,
    /** A value for a buffer that a program returned. */
    adopt(buffer: bigint, shape: readonly number[], type: number): Value {
      live++
      return { shape, type, host: null, shared: { buffer, owners: 1 } }
    },
    download(value: DeviceValue): HostValues {
      const { host, shared, shape, type } = value as Value
      return host ? host.slice() : device.get(shared!.buffer, shape, type)
    },
    share(value: DeviceValue): Value {
      live++
      const { shape, type, host, shared } = value as Value
      return { shape, type, host, shared: shared && join(shared) }
    },
    free(value: DeviceValue) {
      live--
      leave((value as Value).shared)
    },
    newCell(shape: readonly number[], type: number): BufferCell {
      live++
      return { shape: [...shape], type, shared: null, lost: false }
    },
    writeCell(cell: Cell, value: DeviceValue) {
      const shared = join(sharedOf(value as Value))
      leave((cell as BufferCell).shared)
      Object.assign(cell, { shared, lost: false })
    },
    readCell(cell: Cell): Value {
      const shared = join(heldBy(cell as BufferCell))
      live++
      return { shape: cell.shape, type: cell.type, host: null, shared }
    },
    freeCell(cell: Cell) {
      live--
      leave((cell as BufferCell).shared)
    },
    /** Gives a cell the buffer that a program made of its old one. */
    replace(cell: BufferCell, buffer: bigint) {
      leave(cell.shared)
      cell.shared = { buffer, owners: 1 }
    },
    lose,
    /** A run failed: a cell whose buffer it consumed has no value any more. */
    loseIfConsumed(cell: BufferCell) {
      if (cell.shared && device.consumed(cell.shared.buffer)) lose(cell)
    },
  }
}

export type Values = ReturnType<typeof newValues>

/** The cell's buffer. */
export function heldBy({ shared, lost }: BufferCell): Shared {
  if (shared) return shared
  throw lost
    ? new Fault('tensor-lost', 'The state of this step was lost when a run failed.', {
        hint: 'Load the last checkpoint again.',
      })
    : new Fault('tensor-invalid', 'A state variable was read before it had a value.')
}

function checkSize(shape: readonly number[], values: HostValues) {
  if (values.length === sizeOf(shape)) return
  throw new Fault('tensor-shape', `${values.length} values don't fill a tensor of shape [${shape.join(', ')}].`)
}
