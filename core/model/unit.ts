import { tf } from '../tensor/index.ts'

/**
 * A floor for rows that can be zero in training (a caption without words, a blank region): it bounds what they multiply a gradient
 * by to 1,000, and changes no row longer than a thousandth.
 */
export const shortest = 1e-6

/**
 * Scales rows to length 1; the floor keeps a zero row at zero instead of NaN.
 * @param floor least square of a length. A gradient grows by 1 / √floor at a zero row, so where rows can be zero in training (a
 *   caption without words), one such row would drown all others at the least floor
 */
export function unit(x: tf.Tensor, floor = 1e-24): tf.Tensor {
  const squares = tf.sum(tf.square(x), -1, true)
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, floor)))
}
