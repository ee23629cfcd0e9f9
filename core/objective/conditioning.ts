import { tf } from '../tensor/index.ts'

/** A normal distribution for each row, [B, D]. */
export interface Conditioning {
  mean: tf.Tensor
  logVariance: tf.Tensor
}

/**
 * Conditioning augmentation (StackGAN, arXiv 1612.03242, section 3.2): a draw from the text's own normal distribution,
 * μ + σ · ε, so that the generator sees a smooth neighbourhood of few texts.
 * @param noise standard normal [B, D]
 */
export function augmentCondition({ mean, logVariance }: Conditioning, noise: tf.Tensor): tf.Tensor {
  return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise))
}

/**
 * KL(N(μ, σ²) ‖ N(0, 1)), the MEAN over all elements, as the reference code takes it (the paper writes a sum over the axis):
 * its weight of 2 belongs to the mean. A scalar ≥ 0.
 */
export function conditioningLoss({ mean, logVariance }: Conditioning): tf.Scalar {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1))
  return tf.mul(tf.mean(terms), 0.5)
}
