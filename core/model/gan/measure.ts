import { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import { judge, seePictures } from './discriminator.ts'
import { toSigned } from './generator.ts'
import type { GanShape } from './shape.ts'
import { encodeText, type GanModel } from './text.ts'

/** The discriminator's own opinion: how real it finds each picture with each caption. */
export const ganMeasures: Measures<GanShape> = {
  match: {
    image: (model, images) => [seePictures(model, toSigned(images))],
    text: (model, ids) => [encodeText(model, ids)],
    similarities: (model, [seen], [features]) => judgeAll(model, seen!, features!),
  },
}

/** Every picture with every caption: [B, 4, 4, C], [T, embed] → logits [B, T]. */
export function judgeAll(model: GanModel, seen: tf.Tensor, features: tf.Tensor): tf.Tensor {
  const [pictures, texts] = [seen.shape[0]!, features.shape[0]!]
  const [height, width, channels] = seen.shape.slice(1) as [number, number, number]
  const flat = tf.reshape(seen, [pictures, 1, height * width * channels])
  const repeated = tf.reshape(tf.tile(flat, [1, texts, 1]), [pictures * texts, height, width, channels])
  return tf.reshape(judge(model, repeated, tf.tile(features, [pictures, 1])), [pictures, texts])
}
