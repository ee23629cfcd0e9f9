import { attribute, runOperations } from './operation.ts'
import { tf } from '../tfjs.ts'

/** The `count` largest values of the last axis, largest first, and where they stand (int32); no gradient. x [..., D] → [..., count] */
export function topK(x: tf.Tensor, count: number): { values: tf.Tensor; indices: tf.Tensor } {
  const attributes = [
    attribute.bool('sorted', true),
    attribute.type('T', x.dtype),
    attribute.type('Tk', 'int32'),
    attribute.type('index_type', 'int32'),
  ]
  const k = tf.scalar(count, 'int32')
  const [values, indices] = runOperations('TopKV2', attributes, [x, k], 2)
  k.dispose()
  return { values: values!, indices: indices! }
}
