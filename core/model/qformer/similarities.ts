import { tf } from '../../tensor/index.ts'

/**
 * The cosine of each picture with each text is that of its best query (BLIP-2, section 3.2).
 * @param image unit features [B, Q, D]
 * @param text unit features [T, D]
 * @returns [B, T]
 */
export function querySimilarities(image: tf.Tensor, text: tf.Tensor): tf.Tensor {
  const [pictures, queries, width] = image.shape as [number, number, number]
  const rows = tf.reshape(image, [pictures * queries, width]) as tf.Tensor2D
  const all = tf.matMul(rows, text as tf.Tensor2D, false, true)
  return tf.max(tf.reshape(all, [pictures, queries, text.shape[0]!]), 1)
}
