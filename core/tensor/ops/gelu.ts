import { tf } from '../tfjs.ts'

/** x · Φ(x) with the exact normal distribution function (torch's default GELU). Any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return exact(x)
}

/** x · sigmoid(1.702 x), as CLIP's published weights expect. Any shape. */
export function quickGelu(x: tf.Tensor): tf.Tensor {
  return quick(x)
}

const exact = tf.customGrad((x, save) => {
  const input = x as tf.Tensor
  const share = tf.mul(tf.add(tf.erf(tf.mul(input, Math.SQRT1_2)), 1), 0.5)
  ;(save as tf.GradSaveFunc)([input, share])
  return { value: tf.mul(input, share), gradFunc: exactGradient }
})

/** Φ(x) + x φ(x) */
function exactGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [x, share] = saved as [tf.Tensor, tf.Tensor]
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return tf.mul(dy, tf.add(share, tf.mul(x, density)))
}

const quickSlope = 1.702

const quick = tf.customGrad((x, save) => {
  const input = x as tf.Tensor
  const gate = tf.sigmoid(tf.mul(input, quickSlope))
  ;(save as tf.GradSaveFunc)([input, gate])
  return { value: tf.mul(input, gate), gradFunc: quickGradient }
})

/** s + 1.702 x s (1 − s) */
function quickGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [x, gate] = saved as [tf.Tensor, tf.Tensor]
  const slope = tf.mul(tf.mul(tf.mul(x, quickSlope), gate), tf.sub(1, gate))
  return tf.mul(dy, tf.add(gate, slope))
}
