import { tf } from '../tensor/index.ts'

/**
 * Doubly stochastic attention (Xu et al., arXiv 1502.03044, eq. 14): each place should be looked at once in all, (1 − Σₜ αₜᵢ)²,
 * here the mean over captions and places, so that its weight doesn't depend on the grid.
 * @param shares [B, L, N], each step's sum to 1
 * @param counted [B, L], 1 at the steps that are learned, 0 at the others
 */
export function coverageLoss(shares: tf.Tensor, counted: tf.Tensor): tf.Scalar {
  const looked = tf.sum(tf.mul(shares, tf.expandDims(counted, -1)), 1)
  return tf.mean(tf.square(tf.sub(1, looked)))
}
