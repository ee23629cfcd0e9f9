import type { Device } from '../../runtime/runtime.ts'
import type { Pointer } from '../memory.ts'
import { C } from './api.ts'
import { check, sharedStatus } from './status.ts'

/** Makes the eager context; `threads` bounds the threads inside one operation (0: as many as cores). */
export function newContext(threads: number): Pointer {
  const options = C.TFE_NewContextOptions() as Pointer
  const config = threadConfig(threads)
  if (config.length) C.TFE_ContextOptionsSetConfig(options, config, config.length, sharedStatus())
  const context = C.TFE_NewContext(options, sharedStatus()) as Pointer
  C.TFE_DeleteContextOptions(options)
  check('Starting the tensor runtime')
  return context
}

/** A serialised ConfigProto: intra_op_parallelism_threads is field 2, inter_op_parallelism_threads field 5. */
function threadConfig(threads: number): Buffer {
  if (threads <= 0) return Buffer.alloc(0)
  const count = Math.min(127, Math.round(threads)) // one varint byte
  return Buffer.from([(2 << 3) | 0, count, (5 << 3) | 0, count])
}

export function listDevices(context: Pointer): Device[] {
  const status = sharedStatus()
  const list = C.TFE_ContextListDevices(context, status) as Pointer
  check('Listing devices')
  const devices: Device[] = []
  for (let index = 0; index < (C.TF_DeviceListCount(list) as number); index++) {
    devices.push({
      name: C.TF_DeviceListName(list, index, status) as string,
      type: C.TF_DeviceListType(list, index, status) as string,
      memoryBytes: Number(C.TF_DeviceListMemoryBytes(list, index, status)),
    })
  }
  C.TF_DeleteDeviceList(list)
  return devices
}
