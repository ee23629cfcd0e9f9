import type { tf } from '../tfjs.ts'
import { attribute, runOperation } from './operation.ts'

/** The matrix product of two matrices, outside of the tape: [M, K] · [K, N] → [M, N]. */
export function product(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const attributes = [
    attribute.bool('transpose_a', false),
    attribute.bool('transpose_b', false),
    attribute.type('T', 'float32'),
  ]
  return runOperation('MatMul', attributes, [a, b])
}
