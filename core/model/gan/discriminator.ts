import { tf } from '../../tensor/index.ts'
import { conv, globalAverage, leakyRelu } from '../convolution.ts'
import { dense, parameter } from '../layers.ts'
import { unit } from '../unit.ts'
import { channels, gridSide } from './shape.ts'
import { spectralNormalise } from './spectral.ts'
import { spread, type GanModel } from './text.ts'

/** What the discriminator sees in pictures, before any caption comes in: [B, S, S, 3] in −1 … 1 → [B, 4, 4, C]. */
export function seePictures(model: GanModel, pictures: tf.Tensor): tf.Tensor {
  const { shape } = model
  let x = pictures
  for (let index = 0; index < channels(shape).length; index++) {
    const name = `discriminator.down.${index}`
    x = leakyRelu(conv(bounded(model, name), name, x, { stride: 2, padding: 1 }))
  }
  return x
}

/**
 * How real pictures look, given captions (GAN-INT-CLS, arXiv 1605.05396, section 4.1: the text is repeated over the 4 × 4 grid).
 * @param seen [B, 4, 4, C] (see `seePictures`)
 * @param features captions, [B, embed]
 * @returns logits [B]
 */
export function judge(model: GanModel, seen: tf.Tensor, features: tf.Tensor): tf.Tensor {
  const text = leakyRelu(dense(bounded(model, 'discriminator.text'), 'discriminator.text', spread(features)))
  const repeated = tf.tile(tf.reshape(text, [-1, 1, 1, text.shape[1]!]), [1, gridSide, gridSide, 1])
  const both = tf.concat([seen, repeated], -1)
  const joint = leakyRelu(conv(bounded(model, 'discriminator.joint'), 'discriminator.joint', both))
  return tf.reshape(conv(bounded(model, 'discriminator.logit'), 'discriminator.logit', joint), [-1])
}

/** Pictures as unit vectors of the space they share with captions: [B, 4, 4, C] → [B, embed]. */
export function pictureFeature(model: GanModel, seen: tf.Tensor): tf.Tensor {
  return unit(dense(model, 'discriminator.projection', globalAverage(seen)))
}

/** The model with one layer's weight normalised. */
function bounded(model: GanModel, name: string): GanModel {
  const weight = `${name}.weight`
  return { ...model, parameters: { ...model.parameters, [weight]: spectralNormalise(parameter(model, weight)) } }
}
