import { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import { unit } from '../unit.ts'
import { projectPictures, projectTexts } from './project.ts'
import type { AcmrShape } from './shape.ts'

/** Cosines in the common space. */
export const acmrMeasures: Measures<AcmrShape> = {
  match: {
    image: (model, images) => [unit(projectPictures(model, images))],
    text: (model, ids) => [unit(projectTexts(model, ids))],
    similarities: (_, [images], [texts]) => tf.matMul(images as tf.Tensor2D, texts as tf.Tensor2D, false, true),
  },
}
