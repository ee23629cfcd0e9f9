import { embedding, tf } from '../../tensor/index.ts'
import { encodeGrid } from '../cnn.ts'
import { globalAverage, leakyRelu } from '../convolution.ts'
import { dense, parameter, type Model } from '../layers.ts'
import { unit } from '../unit.ts'
import { wordMask } from '../words.ts'
import { layerOfModality, wordEmbeddings } from './names.ts'
import type { AcmrShape } from './shape.ts'

export type AcmrModel = Model<AcmrShape>

/** Pictures in the common space: [B, S, S, 3], values 0 to 255 → [B, embed] in −1 … 1 (tanh layers, as in the reference). */
export function projectPictures(model: AcmrModel, images: tf.Tensor): tf.Tensor {
  const grid = encodeGrid(model, 'image_projector.cnn', model.shape.image, images)
  return project(model, 'image_projector', globalAverage(grid))
}

/** Captions in the common space, by the bag of their words: int32 [B, L] → [B, embed] in −1 … 1. */
export function projectTexts(model: AcmrModel, ids: tf.Tensor): tf.Tensor {
  const mask = wordMask(ids, model.shape.text.tokens)
  const words = tf.mul(embedding(parameter(model, wordEmbeddings), ids), tf.expandDims(mask, -1))
  // the first layer of a bag of words: a sum of rows, scaled so that its deviation doesn't hang on the caption's length
  const count = tf.maximum(tf.sum(mask, 1, true), 1)
  return project(model, 'text_projector', tf.mul(tf.sum(words, 1), tf.rsqrt(count)))
}

/** Features to compare by cosine. A caption without words starts at zero, and is not stretched to length 1. */
export const unitFeature = (features: tf.Tensor): tf.Tensor => unit(features, 1e-4)

function project(model: AcmrModel, name: string, x: tf.Tensor): tf.Tensor {
  const hidden = tf.tanh(dense(model, `${name}.hidden`, x))
  return tf.tanh(dense(model, `${name}.out`, model.drop ? model.drop(hidden) : hidden))
}

/** Scores of every word of the vocabulary: [B, embed] → [B, V]. One classifier for both modalities. */
export const wordLogits = (model: AcmrModel, features: tf.Tensor): tf.Tensor => dense(model, 'words', features)

/** Whether a feature comes from a picture: [B, embed] → logits [B, 1]. */
export function modalityLogits(model: AcmrModel, features: tf.Tensor): tf.Tensor {
  const [first, second, last] = layerOfModality as [string, string, string]
  const hidden = leakyRelu(dense(model, second, leakyRelu(dense(model, first, features))))
  return dense(model, last, hidden)
}
