import { embedding, tf } from '../tensor/index.ts'

/**
 * Cross-entropy of telling image features from text features, ACMR's adversarial loss (eq. 3). A scalar; ln 2 when the
 * classifier can't tell them apart.
 * @param image, text logits that a feature comes from a picture, [B, 1] or [B]
 */
export function modalityLoss(image: tf.Tensor, text: tf.Tensor): tf.Scalar {
  // −log σ(x) = softplus(−x), without overflow
  const losses = [tf.mean(tf.softplus(tf.neg(image))), tf.mean(tf.softplus(text))] as const
  return tf.mul(tf.add(...losses), 0.5)
}

/** Share of features whose modality is told right, 0.5 by chance. A scalar without a gradient. */
export function modalityAccuracy(image: tf.Tensor, text: tf.Tensor): tf.Scalar {
  const right = (hits: tf.Tensor) => tf.mean(tf.cast(hits, 'float32'))
  return tf.mul(tf.add(right(tf.greater(image, 0)), right(tf.less(text, 0))), 0.5)
}

/**
 * Label prediction (ACMR, eq. 2) for pairs that have no class: the labels are the words of the caption, as a distribution
 * that is uniform over its tokens. Cross-entropy of it, mean over rows; ln V for equal logits.
 * @param logits [B, V]
 * @param ids int32 [B, L]
 * @param words [B, L], 1 where a token is a word of the caption, 0 for padding and marks; a row without words counts 0
 */
export function wordPredictionLoss(logits: tf.Tensor, ids: tf.Tensor, words: tf.Tensor): tf.Scalar {
  const [batch, vocabulary] = logits.shape as [number, number]
  const scores = tf.reshape(tf.logSoftmax(logits), [batch * vocabulary, 1])
  const rows = tf.reshape(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(vocabulary, 'int32')), [batch, 1])
  const own = tf.reshape(embedding(scores, tf.add(ids, rows)), ids.shape)
  const mean = tf.div(tf.sum(tf.mul(own, words), 1), tf.maximum(tf.sum(words, 1), 1))
  return tf.neg(tf.mean(mean))
}
