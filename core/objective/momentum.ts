import { tf } from '../tensor/index.ts'

/**
 * Moves each copy towards its parameter: p′ ← m · p′ + (1 − m) · p (MoCo, arXiv 1911.05722, eq. 2). m = 1 freezes the copies.
 * Copies of what the parameters were before the optimiser's step, if called before it, as ALBEF and BLIP do.
 */
export function follow(
  copies: Record<string, tf.Variable>,
  parameters: Record<string, tf.Tensor>,
  momentum: number,
): void {
  for (const [name, copy] of Object.entries(copies)) {
    copy.assign(tf.tidy(() => tf.add(tf.mul(copy, momentum), tf.mul(parameters[name]!, 1 - momentum))))
  }
}

/**
 * The weight of a teacher in a step: a straight rise from 0 at the first step to `weight`, which is reached after `ramp` steps.
 * A new teacher knows nothing, so that its early opinions must not count.
 * @param step number of the step from 1, scalar
 */
export function rampedWeight(step: tf.Scalar, weight: number, ramp: number): tf.Scalar {
  if (ramp === 0) return tf.scalar(weight)
  return tf.mul(tf.minimum(tf.div(tf.sub(step, 1), ramp), 1), weight)
}

/** What f computes, without a trace on the tape: a teacher's pass, whose values are constants of the step. */
export function untaped(f: () => tf.Tensor): tf.Tensor {
  // operations inside of one with a gradient of its own are not recorded; see also `withoutGradient`
  const hidden = tf.customGrad(() => ({ value: f(), gradFunc: () => tf.scalar(0) }))
  return hidden(tf.scalar(0))
}
