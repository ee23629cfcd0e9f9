import { tf } from '../tensor/index.ts'

/** Below any similarity that is ranked. */
const blocked = -1e4

/**
 * Share of a batch's pictures and texts whose own partner is more similar than every negative, R@1 within the batch; ties count
 * against, so a collapsed space scores 0. A scalar without a gradient.
 * @param similarities [B, B]: own pairs on the diagonal
 * @param positives [B, B], 1 where a picture and a text belong together; they are never negatives of each other
 */
export function rankedFirst(similarities: tf.Tensor, positives: tf.Tensor): tf.Scalar {
  const own = tf.sum(tf.mul(similarities, tf.eye(similarities.shape[0]!)), 1)
  const others = tf.add(tf.mul(similarities, tf.sub(1, positives)), tf.mul(positives, blocked))
  const share = (axis: 0 | 1) => tf.mean(tf.cast(tf.greater(own, tf.max(others, axis)), 'float32'))
  return tf.mul(tf.add(share(0), share(1)), 0.5)
}
