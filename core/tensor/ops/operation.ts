import { backend } from '../backend/current.ts'
import { attributeKind as kind, dataType, type Attribute } from '../ffi/types.ts'
import type { tf } from '../tfjs.ts'

type Dtype = tf.DataType | number

const number = (type: Dtype) => (typeof type === 'number' ? type : dataType[type])

/** Makers of attributes. */
export const attribute = {
  type: (name: string, type: Dtype): Attribute => ({ name, type: kind.type, value: number(type) }),
  int: (name: string, value: number | number[]): Attribute => ({ name, type: kind.int, value }),
  float: (name: string, value: number): Attribute => ({ name, type: kind.float, value }),
  bool: (name: string, value: boolean): Attribute => ({ name, type: kind.bool, value }),
}

/** Runs a TensorFlow operation by name, outside of the tape: callers give the gradient. */
export function runOperation(name: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor {
  return backend().executeSingleOutput(name, attributes, inputs)
}

/** Like `runOperation`, for operations with several outputs. */
export function runOperations(
  name: string,
  attributes: Attribute[],
  inputs: tf.TensorInfo[],
  outputs: number,
): tf.Tensor[] {
  return backend().executeMultipleOutputs(name, attributes, inputs, outputs)
}
