import { Fault } from '../../../contract/fault.ts'
import { dataType, elementBytes, sizeOf, typeName, type HostValues } from '../types.ts'
import type { Client } from './client.ts'
import { awaitEvent } from './events.ts'
import { invoke, type Plugin } from './plugin.ts'

/** PJRT_Buffer_Type by TensorFlow's number. */
const bufferType: Record<number, number> = {
  [dataType.bool]: 1,
  [dataType.int32]: 4,
  [dataType.int64]: 5,
  [dataType.uint8]: 6,
  [dataType.uint64]: 9,
  [dataType.float32]: 11,
}

/** The plugin copies during the call (PJRT_HostBufferSemantics_kImmutableOnlyDuringCall). */
const copyNow = 0

/** Copies values to the device. A wrong type or number of values is a Fault here: the plugin would read past their end. */
export function putBuffer(client: Client, shape: readonly number[], type: number, values: HostValues): bigint {
  const data = deviceForm(shape, type, values)
  const { plugin, address, devices } = client
  const struct = invoke(plugin, 'Client_BufferFromHostBuffer', 'Uploading a tensor', {
    client: address,
    data,
    type: bufferType[type]!,
    dims: BigInt64Array.from(shape, BigInt),
    num_dims: shape.length,
    host_buffer_semantics: copyNow,
    device: devices[0]!,
  })
  awaitEvent(plugin, struct.get('done_with_host_buffer'), 'Uploading a tensor')
  return struct.get('buffer')
}

/** The bytes that the device holds for values. */
export function deviceForm(shape: readonly number[], type: number, values: HostValues): ArrayBufferView {
  const width = elementBytes[type]
  if (!width || !bufferType[type]) throw new Fault('tensor-type', `Tensors of ${typeName(type)} can't be uploaded.`)
  const data = type === dataType.int64 ? BigInt64Array.from(values, BigInt) : values
  if (data.byteLength === sizeOf(shape) * width && fits(type, values)) return data
  throw new Fault(
    'tensor-shape',
    `${values.length} values don't fill a ${typeName(type)} tensor of shape [${shape.join(', ')}].`,
  )
}

function fits(type: number, values: HostValues): boolean {
  if (type === dataType.float32) return values instanceof Float32Array
  if (type === dataType.int32 || type === dataType.int64) return values instanceof Int32Array
  return values instanceof Uint8Array
}

/** Waits for a buffer and copies its values out. int64 arrives as int32 values, uint64 as bytes. */
export function getBuffer(plugin: Plugin, buffer: bigint, shape: readonly number[], type: number): HostValues {
  const bytes = new Uint8Array(sizeOf(shape) * elementBytes[type]!)
  if (bytes.length) {
    const fields = { src: buffer, dst: bytes, dst_size: bytes.length }
    const struct = invoke(plugin, 'Buffer_ToHostBuffer', 'Reading a tensor', fields)
    awaitEvent(plugin, struct.get('event'), 'Reading a tensor')
  }
  if (type === dataType.float32) return new Float32Array(bytes.buffer)
  if (type === dataType.int32) return new Int32Array(bytes.buffer)
  if (type === dataType.int64) return Int32Array.from(new BigInt64Array(bytes.buffer), Number)
  return bytes
}

export function destroyBuffer(plugin: Plugin, buffer: bigint) {
  invoke(plugin, 'Buffer_Destroy', 'Freeing a tensor', { buffer })
}

/** Whether a program took the buffer's memory over. */
export function isDeleted(plugin: Plugin, buffer: bigint): boolean {
  return invoke(plugin, 'Buffer_IsDeleted', 'Looking for a tensor', { buffer }).number('is_deleted') !== 0
}
