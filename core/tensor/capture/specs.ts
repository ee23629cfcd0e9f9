import { Fault } from '../../contract/fault.ts'
import { valueOf } from '../binding/execute.ts'
import { session } from '../binding/session.ts'
import { dataType, sizeOf } from '../ffi/types.ts'
import type { DeviceValue } from '../runtime/runtime.ts'
import { tf } from '../tfjs.ts'
import { idOf } from './state.ts'

/** Shape and type of an input. `uint8` (pixels, from a Uint8Array) reaches the step as float32 with values 0..255. */
export interface TensorSpec {
  shape: number[]
  dtype: 'float32' | 'int32' | 'bool' | 'uint8'
}

export type StepInput = tf.Tensor | Float32Array | Int32Array | Uint8Array

/** Checks every input, then gives each a value of its own, so that the caller may reuse or dispose what it passed. */
export function acceptInputs(inputs: readonly StepInput[], specs: readonly TensorSpec[], name: string): DeviceValue[] {
  if (inputs.length !== specs.length) {
    throw new Fault('tensor-shape', `${name} takes ${specs.length} inputs, ${inputs.length} were given.`, {
      subject: name,
    })
  }
  specs.forEach((spec, index) => checkInput(inputs[index]!, spec, index, name))
  const values: DeviceValue[] = []
  try {
    specs.forEach((spec, index) => values.push(valueFor(inputs[index]!, spec)))
  } catch (error) {
    values.forEach(session().runtime.free)
    throw error
  }
  return values
}

function checkInput(input: StepInput, spec: TensorSpec, index: number, name: string) {
  const expected = `${spec.dtype} [${spec.shape.join(', ')}]`
  const { fits, given } = input instanceof tf.Tensor ? compareTensor(input, spec) : compareArray(input, spec)
  if (fits) return
  throw new Fault('tensor-shape', `Input ${index} of ${name} must be ${expected}, not ${given}.`, {
    subject: `${name}, input ${index}`,
  })
}

function compareTensor(tensor: tf.Tensor, { shape, dtype }: TensorSpec) {
  if (tensor.isDisposed) return { fits: false, given: 'a disposed tensor' }
  const fits = tensor.dtype === dtype && `${tensor.shape}` === `${shape}`
  return { fits, given: `${tensor.dtype} [${tensor.shape.join(', ')}]` }
}

const arrayOf = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array }

function compareArray(array: Exclude<StepInput, tf.Tensor>, { shape, dtype }: TensorSpec) {
  const fits = array instanceof arrayOf[dtype] && array.length === sizeOf(shape)
  return { fits, given: `${array?.constructor?.name ?? typeof array} of ${array?.length} values` }
}

function valueFor(input: StepInput, { shape, dtype }: TensorSpec): DeviceValue {
  const { runtime } = session()
  if (!(input instanceof tf.Tensor)) return runtime.upload(shape, dataType[dtype], input)
  const borrowed: DeviceValue[] = []
  const value = valueOf(idOf(input), borrowed)
  return borrowed[0] ?? runtime.share(value)
}
