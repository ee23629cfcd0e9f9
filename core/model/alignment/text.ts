import { embedding, tf } from '../../tensor/index.ts'
import { attentionBlock, dropped, feedForward, paddingMask, remember } from '../bert.ts'
import { dense, norm, parameter } from '../layers.ts'
import { textLayer, wordEmbeddings } from '../names.ts'
import { bidirectional, gru, lastOutput } from '../recurrent.ts'
import { shortest, unit } from '../unit.ts'
import { recurrentName, wordProjection, wordTable } from './names.ts'
import { meanOfParts, type AlignmentModel, type Parts } from './parts.ts'
import type { TransformerText } from './shape.ts'

/**
 * Words of texts in the joint space: int32 [T, L] → L words each. The marks of beginning and end count as words, as in SCAN's
 * code, so that no text is without one. The whole is the last state of a GRU, which has read all of it, else the mean.
 */
export function encodeWords(model: AlignmentModel, ids: tf.Tensor): Parts {
  const { text } = model.shape
  const mask = tf.cast(tf.notEqual(ids, tf.scalar(text.tokens.pad, 'int32')), 'float32')
  const states = text.kind === 'transformer' ? transformerStates(model, text, ids) : recurrentStates(model, ids, mask)
  const whole = text.kind === 'gru' ? lastOutput(states, mask) : meanOfParts(states, mask)
  return { parts: unit(states, shortest), mask, whole: unit(whole, shortest) }
}

/** [T, L, D]; the two directions of a bidirectional layer are averaged, as in SCAN. */
function recurrentStates(model: AlignmentModel, ids: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const { kind } = model.shape.text
  const words = dropped(model, embedding(parameter(model, wordTable), ids))
  if (kind === 'gru') return gru(model, recurrentName, words, { mask })
  const both = bidirectional(kind === 'bilstm' ? 'lstm' : 'gru', model, recurrentName, words, mask)
  const [forward, backward] = tf.split(both, 2, -1)
  return tf.mul(tf.add(forward!, backward!), 0.5)
}

/** BERT's layers, in both directions: [T, L, D]. */
function transformerStates(model: AlignmentModel, text: TransformerText, ids: tf.Tensor): tf.Tensor {
  const bert = { ...model, shape: { text } }
  const at = (part: string) => `text_encoder.embeddings.${part}`
  const positions = tf.slice(parameter(model, at('position_embeddings.weight')), [0, 0], [ids.shape[1]!, -1])
  const words = tf.add(embedding(parameter(model, wordEmbeddings), ids), positions)
  const mask = paddingMask(ids, text.tokens.pad)
  let x = dropped(model, norm(model, at('LayerNorm'), words, text.epsilon))
  for (let i = 0; i < text.depth; i++) {
    const seen = { ...remember(bert, `${textLayer(i)}.attention`, x), mask }
    x = feedForward(bert, textLayer(i), attentionBlock(bert, `${textLayer(i)}.attention`, x, seen))
  }
  return dense(model, wordProjection, x)
}
