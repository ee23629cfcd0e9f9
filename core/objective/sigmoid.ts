import { tf } from '../tensor/index.ts'

export interface SigmoidInput {
  /** Unit features [B, D]. */
  image: tf.Tensor
  text: tf.Tensor
  /** [B, B], 1 where a picture and a text belong together (see `positivePairs`). */
  positives: tf.Tensor
  /** Logarithm of the scale, a scalar that starts at ln 10. */
  logScale: tf.Tensor
  /** A scalar that starts at −10: at first nearly every pair is a mismatch, and the loss must not begin with unlearning that. */
  bias: tf.Tensor
}

/**
 * Pairwise sigmoid loss (SigLIP, arXiv 2303.15343, algorithm 1): each of the B² pairs is a question of its own, so no
 * softmax ties the batch together. −1/B · Σ log σ(z · (scale · cosine + bias)), z = 1 for positives and −1 for the rest. A scalar.
 */
export function sigmoidLoss({ image, text, positives, logScale, bias }: SigmoidInput): tf.Scalar {
  const cosines = tf.matMul(image as tf.Tensor2D, text as tf.Tensor2D, false, true)
  const logits = tf.add(tf.mul(cosines, tf.exp(logScale)), bias)
  const sides = tf.sub(tf.mul(positives, 2), 1)
  // −log σ(x) = softplus(−x), without overflow
  return tf.div(tf.sum(tf.softplus(tf.neg(tf.mul(sides, logits)))), image.shape[0]!)
}
