import { Fault } from '../../contract/fault.ts'
import { tf } from '../tfjs.ts'
import { attribute, runOperation } from './operation.ts'

/**
 * x · weightᵀ + bias. x [..., in], weight [out, in] (torch's layout), bias [out] → [..., out].
 * Leading axes are flattened inside, so the product is two-dimensional and its gradient right.
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outputs, inputs] = weight.shape as [number, number]
  if (x.shape.at(-1) !== inputs) {
    throw new Fault('tensor-shape', `linear: the input's last axis is ${x.shape.at(-1)}, the weight expects ${inputs}.`)
  }
  const rows = tf.reshape(x, [-1, inputs])
  const product = bias ? affine(rows, weight, bias) : project(rows, weight)
  return tf.reshape(product, [...x.shape.slice(0, -1), outputs])
}

/** Matrix product of two-dimensional tensors, outside of the tape. */
function multiply(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  const attributes = [
    attribute.bool('transpose_a', transposeA),
    attribute.bool('transpose_b', transposeB),
    attribute.type('T', 'float32'),
  ]
  return runOperation('MatMul', attributes, [a, b])
}

const project = tf.customGrad((x, weight, save) => {
  const [rows, matrix] = [x as tf.Tensor, weight as tf.Tensor]
  ;(save as tf.GradSaveFunc)([rows, matrix])
  return { value: multiply(rows, matrix, false, true), gradFunc: productGradient }
})

const affine = tf.customGrad((x, weight, bias, save) => {
  const [rows, matrix] = [x as tf.Tensor, weight as tf.Tensor]
  ;(save as tf.GradSaveFunc)([rows, matrix])
  const product = multiply(rows, matrix, false, true)
  const value = runOperation('BiasAdd', [attribute.type('T', 'float32')], [product, bias as tf.Tensor])
  return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [...productGradient(dy, saved), sumRows(dy)] }
})

function productGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [rows, matrix] = saved as [tf.Tensor, tf.Tensor]
  return [multiply(dy, matrix, false, false), multiply(dy, rows, true, false)]
}

/** Sum over the first axis: TensorFlow has a kernel of its own for the gradient of a bias. */
function sumRows(dy: tf.Tensor): tf.Tensor {
  return runOperation('BiasAddGrad', [attribute.type('T', 'float32')], [dy])
}
