import { tf } from '../../tensor/index.ts'
import { conv, groupNorm, upsample } from '../convolution.ts'
import { dense } from '../layers.ts'
import { channels, gridSide } from './shape.ts'
import { spread, type GanModel } from './text.ts'

/**
 * The normal distribution that stands for a caption (StackGAN, arXiv 1612.03242, section 3.2), [B, embed] → two of [B, condition].
 * Without the ReLU of the reference code, which keeps mean and logarithm from being negative.
 */
export function conditionOf(model: GanModel, features: tf.Tensor): { mean: tf.Tensor; logVariance: tf.Tensor } {
  const [mean, logVariance] = tf.split(dense(model, 'generator.condition', spread(features)), 2, -1)
  return { mean: mean!, logVariance: logVariance! }
}

/**
 * Pictures for conditions [B, condition] and standard normal noise [B, noise]: DCGAN's stack, with StackGAN's doubling and
 * convolution in place of transposed convolutions, whose checkerboards the discriminator sees at once. Norms are those of
 * groups: no running statistics to keep, and a picture doesn't depend on the others of its batch.
 * @returns [B, S, S, 3] in −1 … 1
 */
export function generate(model: GanModel, condition: tf.Tensor, noise: tf.Tensor): tf.Tensor {
  const { shape } = model
  const widths = channels(shape).toReversed()
  const start = dense(model, 'generator.start', tf.concat([noise, condition], -1))
  let x = tf.reshape(start, [-1, gridSide, gridSide, widths[0]!])
  x = tf.relu(groupNorm(model, 'generator.start_norm', x, shape.image.groups))
  for (let index = 0; index < widths.length - 1; index++) {
    x = conv(model, `generator.up.${index}`, upsample(x), { padding: 1 })
    x = tf.relu(groupNorm(model, `generator.up.${index}.norm`, x, shape.image.groups))
  }
  return tf.tanh(conv(model, 'generator.colours', upsample(x), { padding: 1 }))
}

/** Values 0 to 255 → the generator's −1 … 1. */
export const toSigned = (images: tf.Tensor): tf.Tensor => tf.sub(tf.div(tf.cast(images, 'float32'), 127.5), 1)

/** The generator's −1 … 1 → values 0 to 255. */
export const toBytes = (pictures: tf.Tensor): tf.Tensor =>
  tf.clipByValue(tf.round(tf.mul(tf.add(pictures, 1), 127.5)), 0, 255)
