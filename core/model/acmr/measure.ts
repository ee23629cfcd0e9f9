import { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import { projectPictures, projectTexts, unitFeature } from './project.ts'
import type { AcmrShape } from './shape.ts'

/** Cosines in the common space. */
export const acmrMeasures: Measures<AcmrShape> = {
  match: {
    image: (model, images) => [unitFeature(projectPictures(model, images))],
    text: (model, ids) => [unitFeature(projectTexts(model, ids))],
    similarities: (_, [images], [texts]) => tf.matMul(images as tf.Tensor2D, texts as tf.Tensor2D, false, true),
  },
}
