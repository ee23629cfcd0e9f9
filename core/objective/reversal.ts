import { tf } from '../tensor/index.ts'

/**
 * The same values; the gradient comes back times −strength (Ganin and Lempitsky, arXiv 1409.7495, eq. 13 and 14). What comes
 * after minimises its loss, what comes before maximises it, in one backward pass.
 * @param strength scalar λ ≥ 0; no gradient flows to it
 */
export function reverseGradient(x: tf.Tensor, strength: tf.Tensor | number): tf.Tensor {
  const scale = typeof strength === 'number' ? tf.scalar(strength) : strength
  const reversed = tf.customGrad((input, save) => {
    ;(save as tf.GradSaveFunc)([scale])
    return {
      value: tf.clone(input as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.neg(tf.mul(dy, saved!)),
    }
  })
  return reversed(x)
}

/**
 * λ = 2 / (1 + e^(−10p)) − 1 for progress p in 0 … 1: the projectors first learn to match and are fooled only later
 * (arXiv 1409.7495, section 5.2.2; ACMR takes it over). A scalar in 0 … 1, computed where `progress` lies.
 */
export function reversalStrength(progress: tf.Tensor): tf.Tensor {
  return tf.sub(tf.div(2, tf.add(1, tf.exp(tf.mul(progress, -10)))), 1)
}
