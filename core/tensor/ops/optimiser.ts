import { tf } from '../tfjs.ts'
import { canUpdateInPlace, updateInPlace } from '../capture/inPlace.ts'
import { attribute, runOperation } from './operation.ts'

/**
 * Scales gradients so that their joint 2-norm is at most `maxNorm`, as torch.nn.utils.clip_grad_norm_.
 * Returns them with the norm before clipping (scalar).
 */
export function clipByGlobalNorm(gradients: tf.Tensor[], maxNorm: number): { gradients: tf.Tensor[]; norm: tf.Scalar } {
  const norm = globalNorm(gradients)
  const scale = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)))
  return { gradients: gradients.map((gradient) => tf.mul(gradient, scale)), norm }
}

/** The 2-norm of all values together (scalar). */
export function globalNorm(tensors: tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => {
    // L2Loss is half the sum of squares, in one operation
    const halves = tensors.map((tensor) => runOperation('L2Loss', [attribute.type('T', 'float32')], [tensor]))
    return tf.sqrt(tf.mul(tf.addN(halves), 2)) as tf.Scalar
  })
}

export interface AdamWStep {
  parameter: tf.Variable
  gradient: tf.Tensor
  /** First and second moment, of the parameter's shape, zero at the start. */
  m: tf.Variable
  v: tf.Variable
  /** Learning rate, scalar. */
  rate: tf.Tensor
  /** Number of this step, from 1, a float32 scalar. */
  step: tf.Tensor
  beta1: number
  beta2: number
  epsilon: number
  /** Decoupled weight decay, multiplied by the rate. */
  decay: number
}

/**
 * One AdamW update of a parameter and its moments: the arithmetic of torch.optim.AdamW.
 * In a captured step it is two fused operations in place, otherwise three assignments.
 */
export function adamW(update: AdamWStep) {
  const { parameter, m, v } = update
  tf.tidy(() => (canUpdateInPlace([parameter, m, v]) ? fusedAdamW(update) : plainAdamW(update)))
}

function plainAdamW({ parameter, gradient, m, v, rate, step, beta1, beta2, epsilon, decay }: AdamWStep) {
  const first = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1))
  const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2))
  const size = tf.div(rate, tf.sub(1, tf.pow(beta1, step)))
  const root = tf.sqrt(tf.sub(1, tf.pow(beta2, step)))
  const change = tf.mul(size, tf.div(first, tf.add(tf.div(tf.sqrt(second), root), epsilon)))
  const decayed = decay === 0 ? parameter : tf.mul(parameter, tf.sub(1, tf.mul(rate, decay)))
  parameter.assign(tf.sub(decayed, change))
  m.assign(first)
  v.assign(second)
}

/** ResourceApplyAdam adds its epsilon to √v before the bias correction, torch after it: hence epsilon · √(1 − β₂ᵗ). */
function fusedAdamW({ parameter, gradient, m, v, rate, step, beta1, beta2, epsilon, decay }: AdamWStep) {
  if (decay !== 0) {
    // A step down the slope of decay/2 · |x|², which is x itself: unlike x · rate · decay it takes no tensor of its own.
    const plain = [attribute.type('T', 'float32'), attribute.bool('use_locking', false)]
    // waits for the gradient: earlier, the forward pass still needs the old values and a copy would be made
    updateInPlace([parameter], 'ResourceApplyGradientDescent', plain, [tf.mul(rate, decay), parameter], gradient)
  }
  const [power1, power2] = [tf.pow(beta1, step), tf.pow(beta2, step)]
  const corrected = tf.mul(tf.sqrt(tf.sub(1, power2)), epsilon)
  const scalars = [power1, power2, rate, tf.scalar(beta1), tf.scalar(beta2), corrected]
  const attributes = [
    attribute.type('T', 'float32'),
    attribute.bool('use_locking', false),
    attribute.bool('use_nesterov', false),
  ]
  updateInPlace([parameter, m, v], 'ResourceApplyAdam', attributes, [...scalars, gradient])
}
