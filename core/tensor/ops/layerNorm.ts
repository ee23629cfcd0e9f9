import { tf } from '../tfjs.ts'

/**
 * Normalises the last axis to mean 0 and variance 1 (biased), then scales and shifts.
 * x [..., D], gamma [D], beta [D] → [..., D]. Same as torch.nn.functional.layer_norm.
 */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  return normalise(epsilon)(x, gamma, beta)
}

const normalise = (epsilon: number) =>
  tf.customGrad((x, gamma, beta, save) => {
    const [input, scale, shift] = [x as tf.Tensor, gamma as tf.Tensor, beta as tf.Tensor]
    const centred = tf.sub(input, tf.mean(input, -1, true))
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon))
    const normal = tf.mul(centred, inverse)
    ;(save as tf.GradSaveFunc)([normal, inverse, scale])
    return { value: tf.add(tf.mul(normal, scale), shift), gradFunc: gradient }
  })

/** dx = inverse · (g − mean(g) − normal · mean(g · normal)) with g = dy · gamma. */
function gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [normal, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
  const rows = dy.shape.slice(0, -1).map((_, axis) => axis)
  const g = tf.mul(dy, gamma)
  const projected = tf.mul(normal, tf.mean(tf.mul(g, normal), -1, true))
  const dx = tf.mul(inverse, tf.sub(tf.sub(g, tf.mean(g, -1, true)), projected))
  return [dx, tf.sum(tf.mul(dy, normal), rows), tf.sum(dy, rows)]
}
