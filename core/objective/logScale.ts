import { tf } from '../tensor/index.ts'

/** The scale never sharpens beyond 100 and never blurs below 1 (CLIP, section 2.5; open_clip clamps both ends). */
export const logScaleRange = [0, Math.log(100)] as const

/** The temperature that a learned logarithm of the scale stands for: scale · cosine = cosine / temperature. */
export function temperatureOf(logScale: tf.Tensor): tf.Tensor {
  return tf.exp(tf.neg(logScale))
}

/** Puts the logarithm of the scale back in range; call it after each optimiser step. */
export function clampLogScale(logScale: tf.Variable): void {
  logScale.assign(tf.clipByValue(logScale, ...logScaleRange))
}
