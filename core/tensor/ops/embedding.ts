import { tf } from '../tfjs.ts'

/**
 * Rows of a table. table [V, D], ids int32 [...] in 0..V-1 → [..., D]; the gradient adds rows up.
 * Ids are not read on the host: eager mode refuses ids out of range, a captured step with XLA clamps them, so check them where they are made.
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  return rowsAt(ids)(table)
}

const rowsAt = (ids: tf.Tensor) =>
  tf.customGrad((table, save) => {
    const [size, width] = (table as tf.Tensor).shape as [number, number]
    ;(save as tf.GradSaveFunc)([ids])
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
      const flat = tf.reshape(saved!, [-1]) as tf.Tensor1D
      return tf.unsortedSegmentSum(tf.reshape(dy, [-1, width]), flat, size)
    }
    return { value: tf.gather(table as tf.Tensor, ids as tf.Tensor1D, 0), gradFunc }
  })
