import type { tf } from '../../tensor/index.ts'
import type { Measures } from '../measure.ts'
import type { QFormerShape } from './shape.ts'
import {
  captionLogits,
  encodeImages,
  encodeQueries,
  imageFeatures,
  rememberPicture,
  textFeature,
  type Looked,
  type QFormer,
} from './qformer.ts'
import { querySimilarities } from './similarities.ts'

/** Retrieval by the best query of each picture, and captions written from the queries' keys and values. */
export const qformerMeasures: Measures<QFormerShape> = {
  match: {
    image: (model, images) => [imageFeatures(model, look(model, images))],
    text: (model, ids) => [textFeature(model, ids)],
    similarities: (_, [image], [text]) => querySimilarities(image!, text!),
  },
  write: {
    image: (model, images) => look(model, images).memory.flatMap(({ key, value }) => [key, value]),
    logits: (model, kept, ids) => captionLogits(model, inLayers(kept), ids),
  },
}

function look(model: QFormer, images: tf.Tensor): Looked {
  return encodeQueries(model, rememberPicture(model, encodeImages(model, images)), images.shape[0]!)
}

/** Keys and values in turn, layer by layer. */
function inLayers(kept: tf.Tensor[]): Looked['memory'] {
  return Array.from({ length: kept.length / 2 }, (_, i) => ({ key: kept[2 * i]!, value: kept[2 * i + 1]! }))
}
