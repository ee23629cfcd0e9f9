import { tf } from '../../../../../core/tensor/tfjs.ts'
import { numbers } from '../../support/check.ts'
import type { Case, Input } from './case.ts'

/** A result by name: "result 0", "gradient of input 1". */
export type Named = [name: string, tensor: tf.Tensor][]

/** The results of a case, and the gradients of their weighted sum by every float input. */
export function evaluate({ run, inputs, gradient = true }: Case, tensors: tf.Tensor[]): Named {
  const listed = (x: tf.Tensor[]) => {
    const results = run(...x)
    return Array.isArray(results) ? results : [results]
  }
  const named: Named = listed(tensors).map((tensor, index) => [`result ${index}`, tensor])
  const places = inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [index] : []))
  if (!gradient || places.length === 0) return named
  const score = (...floats: tf.Tensor[]) => {
    const filled = tensors.map((tensor, index) => floats[places.indexOf(index)] ?? tensor)
    return tf.addN(
      listed(filled)
        .filter((result) => result.dtype === 'float32')
        .map(weightedSum),
    )
  }
  const gradients = tf.grads(score)(places.map((index) => tensors[index]!))
  gradients.forEach((tensor, index) => named.push([`gradient of input ${places[index]}`, tensor]))
  return named
}

const weightedSum = (result: tf.Tensor, index: number) =>
  tf.sum(tf.mul(result, tf.tensor(numbers(result.size, 50 + index), result.shape)))

export const typedInput = ({ dtype, values }: Input) =>
  dtype === 'float32'
    ? Float32Array.from(values)
    : dtype === 'int32'
      ? Int32Array.from(values)
      : Uint8Array.from(values)

export const toTensor = (input: Input) => tf.tensor(typedInput(input), input.shape, input.dtype)
