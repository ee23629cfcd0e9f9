import { Fault } from '../../../contract/fault.ts'
import { viewMemory, type Pointer } from '../memory.ts'
import { C } from './api.ts'
import { check, sharedStatus } from './status.ts'
import { dataType, elementBytes, sizeOf, typeName, type HostValues } from '../types.ts'

/** What TensorFlow knows of a handle. */
export interface Description {
  shape: number[]
  type: number
}

let live = 0

/** Tensor handles that exist now, of every kind. */
export const liveHandles = () => live

/** Counts a handle that a call has returned; each is given back to `deleteHandle` once. */
export function adopt(handle: Pointer): Pointer {
  live++
  return handle
}

/** Frees a handle; its buffer goes with the last handle that shares it. */
export function deleteHandle(handle: Pointer) {
  live--
  C.TFE_DeleteTensorHandle(handle)
}

/** Copies values into a new TF_Tensor; the caller deletes it with `deleteTensor`. */
export function newTensor(shape: readonly number[], type: number, values: HostValues): Pointer {
  const width = elementBytes[type]
  if (!width) throw new Fault('tensor-type', `Tensors of ${typeName(type)} can't be uploaded.`)
  const bytes = sizeOf(shape) * width
  const source = type === dataType.int64 ? BigInt64Array.from(values, BigInt) : values
  if (source.byteLength !== bytes) {
    const given = values.length
    throw new Fault(
      'tensor-shape',
      `${given} values don't fill a ${typeName(type)} tensor of shape [${shape.join(', ')}].`,
    )
  }
  const tensor = C.TF_AllocateTensor(type, shape, shape.length, bytes) as Pointer
  if (bytes) {
    const target = viewMemory(C.TF_TensorData(tensor), bytes)
    target.set(new Uint8Array(source.buffer, source.byteOffset, bytes))
  }
  return tensor
}

export function deleteTensor(tensor: Pointer) {
  C.TF_DeleteTensor(tensor)
}

/** Copies values to the device. */
export function upload(shape: readonly number[], type: number, values: HostValues): Pointer {
  const tensor = newTensor(shape, type, values)
  const handle = C.TFE_NewTensorHandle(tensor, sharedStatus()) as Pointer
  deleteTensor(tensor)
  check('Uploading a tensor')
  return adopt(handle)
}

/** Copies a tensor's values to the host. int64 arrives as int32 values. */
export function download(handle: Pointer): HostValues {
  const type = C.TFE_TensorHandleDataType(handle) as number
  const tensor = C.TFE_TensorHandleResolve(handle, sharedStatus()) as Pointer
  check('Reading a tensor')
  const bytes = Number(C.TF_TensorByteSize(tensor))
  const copy = new Uint8Array(bytes)
  if (bytes) copy.set(viewMemory(C.TF_TensorData(tensor), bytes))
  deleteTensor(tensor)
  if (type === dataType.float32 || type === dataType.complex64) return new Float32Array(copy.buffer)
  if (type === dataType.int32) return new Int32Array(copy.buffer)
  if (type === dataType.int64) return Int32Array.from(new BigInt64Array(copy.buffer), Number)
  return copy
}

/** A second handle on the same buffer, with a life of its own. */
export function shareHandle(handle: Pointer): Pointer {
  const copy = C.TFE_TensorHandleCopySharingTensor(handle, sharedStatus()) as Pointer
  check('Sharing a tensor')
  return adopt(copy)
}

export function describeHandle(handle: Pointer): Description {
  const status = sharedStatus()
  const rank = C.TFE_TensorHandleNumDims(handle, status) as number
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) shape.push(Number(C.TFE_TensorHandleDim(handle, axis, status)))
  return { shape, type: C.TFE_TensorHandleDataType(handle) as number }
}
