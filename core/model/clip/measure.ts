import { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import type { ClipShape } from './shape.ts'
import { textFeature } from './text.ts'
import { imageFeature } from './vision.ts'

/** Cosines of the joint space. */
export const clipMeasures: Measures<ClipShape> = {
  match: {
    image: (model, images) => [imageFeature(model, images)],
    text: (model, ids) => [textFeature(model, ids)],
    similarities: (_, [image], [text]) => tf.matMul(image as tf.Tensor2D, text as tf.Tensor2D, false, true),
  },
}
