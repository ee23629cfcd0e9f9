import { embedding, tf } from '../../tensor/index.ts'
import { dense, parameter, type Model } from '../layers.ts'
import { gru, lastOutput } from '../recurrent.ts'
import { unit } from '../unit.ts'
import { wordMask } from '../words.ts'
import { recurrentName, wordEmbeddings } from './names.ts'
import type { GanShape } from './shape.ts'

export type GanModel = Model<GanShape>

/** Square of the length below which a caption is not stretched any more: one without words starts at zero. */
const shortest = 1e-4

/** Captions as unit vectors of the joint space: int32 [B, L] → [B, embed]. */
export function encodeText(model: GanModel, ids: tf.Tensor): tf.Tensor {
  const words = embedding(parameter(model, wordEmbeddings), ids)
  const mask = wordMask(ids, model.shape.text.tokens)
  const read = model.shape.text.encoder === 'gru' ? readInOrder(model, words, mask) : mean(words, mask)
  return unit(dense(model, 'text_encoder.projection', read), shortest)
}

/** Features whose values have about unit deviation, as layers like their inputs: [B, embed] → [B, embed]. */
export const spread = (features: tf.Tensor): tf.Tensor => tf.mul(features, Math.sqrt(features.shape.at(-1)!))

function readInOrder(model: GanModel, words: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return lastOutput(gru(model, recurrentName, words, { mask }), mask)
}

function mean(words: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const sum = tf.sum(tf.mul(words, tf.expandDims(mask, -1)), 1)
  return tf.div(sum, tf.maximum(tf.sum(mask, 1, true), 1))
}
