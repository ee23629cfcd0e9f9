import { tf } from '../tensor/index.ts'

/** Scales rows to length 1; the floor keeps a zero row at zero instead of NaN. */
export function unit(x: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.square(x), -1, true)
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-24)))
}
