import { Fault } from '../../contract/fault.ts'
import { recordConstant } from '../capture/constants.ts'
import { attributeKind, dataType, type Attribute, type HostValues } from '../ffi/types.ts'
import type { DeviceValue } from '../runtime/runtime.ts'
import { callSite } from './callSite.ts'
import { executeOperation, registerValue, valueOf } from './execute.ts'
import { session } from './session.ts'
import { liveIds, lookUp, release } from './table.ts'

/** The native interface of tfjs-node (tfjs_binding.d.ts), over our runtime instead of its C++ addon. */
export function createBinding() {
  return {
    ...constants(),
    createTensor,
    deleteTensor: release,
    tensorDataSync,
    executeOp: (name: string, attributes: Attribute[], ids: number[], outputs: number) =>
      executeOperation(name, attributes, ids, outputs),
    isUsingGpuDevice: () => false, // only picks text for people and a memory warning
    getNumOfTensors: liveIds,
    getNumOfSavedModels: () => 0,
  }
}

/** A tensor from host values; during a capture, a constant of the program. */
function createTensor(shape: number[], type: number, values: ArrayLike<number>): number {
  const { tracer } = session()
  const typed = typedValues(type, values)
  if (tracer) return recordConstant(tracer, shape, type, typed)
  return uploadTensor(shape, type, typed)
}

/** A tensor on the device, also while a step is captured. */
export function uploadTensor(shape: number[], type: number, values: ArrayLike<number>): number {
  return registerValue(session().runtime.upload(shape, type, typedValues(type, values))).id
}

function typedValues(type: number, values: ArrayLike<number>): HostValues {
  if (ArrayBuffer.isView(values)) return values as unknown as HostValues
  if (type === dataType.float32 || type === dataType.complex64) return Float32Array.from(values)
  if (type === dataType.bool || type === dataType.uint8) return Uint8Array.from(values)
  return Int32Array.from(values)
}

/** The values of a tensor. While a step is captured only tensors from before it have any. */
function tensorDataSync(id: number): HostValues {
  const { tracer, runtime } = session()
  if (tracer && lookUp(id).kind !== 'tensor') throw readDuringCapture()
  const borrowed: DeviceValue[] = []
  try {
    return runtime.download(valueOf(id, borrowed))
  } finally {
    borrowed.forEach(runtime.free)
  }
}

function readDuringCapture(): Fault {
  const site = callSite()
  return new Fault(
    'tensor-read',
    `A captured step read a tensor's value${site ? ` in ${site}` : ''}; values exist only when the step runs.`,
    {
      subject: site,
      hint: 'Return the tensor from the step and read it after run().',
    },
  )
}

function constants() {
  return {
    TF_FLOAT: dataType.float32,
    TF_INT32: dataType.int32,
    TF_INT64: dataType.int64,
    TF_BOOL: dataType.bool,
    TF_COMPLEX64: dataType.complex64,
    TF_STRING: dataType.string,
    TF_RESOURCE: dataType.resource,
    TF_UINT8: dataType.uint8,
    TF_ATTR_STRING: attributeKind.string,
    TF_ATTR_INT: attributeKind.int,
    TF_ATTR_FLOAT: attributeKind.float,
    TF_ATTR_BOOL: attributeKind.bool,
    TF_ATTR_TYPE: attributeKind.type,
    TF_ATTR_SHAPE: attributeKind.shape,
    TF_ATTR_RESOURCE: attributeKind.resource,
    TF_Version: session().runtime.version,
  }
}
