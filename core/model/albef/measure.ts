import { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import { encodeImages, imageFeature, readText, textFeature } from './albef.ts'
import type { AlbefShape } from './shape.ts'

/** Cosines of the joint space, in which pictures and texts are aligned before they are fused. */
export const albefMeasures: Measures<AlbefShape> = {
  match: {
    image: (model, images) => [imageFeature(model, encodeImages(model, images))],
    text: (model, ids) => [textFeature(model, readText(model, ids))],
    similarities: (_, [image], [text]) => tf.matMul(image as tf.Tensor2D, text as tf.Tensor2D, false, true),
  },
}
