import { tf } from '../tensor/index.ts'

export interface SmoothedContrastInput {
  /** Similarities over the temperature, picture by text, [B, B]. */
  logits: tf.Tensor
  /** [B, B], 1 where picture and text belong together: the identity, or by id (see `positivePairs`). */
  positives: tf.Tensor
  /** Share of the targets that is spread over all columns. */
  smoothing: number
}

/**
 * Symmetric contrastive loss with smoothed labels: (1 − s) · uniform over the positives + s / B (BLIP-2; LAVIS,
 * blip2_qformer.py, and its fine-tuning for retrieval, which is the one by id). A scalar; ln B when all similarities are equal.
 */
export function smoothedContrastiveLoss({ logits, positives, smoothing }: SmoothedContrastInput): tf.Scalar {
  const toText = oneWay(logits, positives, smoothing)
  const toPicture = oneWay(tf.transpose(logits), tf.transpose(positives), smoothing)
  return tf.mul(tf.add(toText, toPicture), 0.5)
}

function oneWay(logits: tf.Tensor, positives: tf.Tensor, smoothing: number): tf.Scalar {
  const even = tf.div(positives, tf.sum(positives, 1, true))
  const targets = tf.add(tf.mul(even, 1 - smoothing), smoothing / logits.shape[1]!)
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)))
}
