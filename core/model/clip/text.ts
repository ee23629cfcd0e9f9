import { embedding, linear, tf } from '../../tensor/index.ts'
import { norm, parameter } from '../layers.ts'
import { unit } from '../unit.ts'
import { rerunBlock, type ClipModel } from './block.ts'
import { textLayer } from './names.ts'

/** Added to the scores of later places. */
const blocked = -1e4

/**
 * Unit text features: int32 [B, L] → [B, embed]. A causal Transformer, read at the text's end; padding comes after it and
 * is never seen.
 */
export function textFeature(model: ClipModel, ids: tf.Tensor): tf.Tensor {
  const { text } = model.shape
  const ends = rowsAt(encodeTokens(model, ids), endOf(model, ids))
  const pooled = norm(model, 'text_model.final_layer_norm', ends, text.epsilon)
  return unit(linear(pooled, parameter(model, 'text_projection.weight')))
}

/** States of every token before the last norm: [B, L, W]. */
function encodeTokens(model: ClipModel, ids: tf.Tensor): tf.Tensor {
  const { text } = model.shape
  const length = ids.shape[1]!
  const positions = parameter(model, 'text_model.embeddings.position_embedding.weight')
  const words = embedding(parameter(model, 'text_model.embeddings.token_embedding.weight'), ids)
  const mask = causalMask(length)
  let x = tf.add(words, tf.slice(positions, [0, 0], [length, -1]))
  for (let i = 0; i < text.depth; i++) x = rerunBlock(model, textLayer(i), x, { ...text, mask })
  return x
}

/** Where each text ends: the first [SEP] or the first of the highest ids. int32 [B] */
function endOf({ shape }: ClipModel, ids: tf.Tensor): tf.Tensor {
  const { pool, tokens } = shape.text
  const length = ids.shape[1]!
  const wanted = pool === 'highest' ? ids : tf.equal(ids, tf.scalar(tokens.sep, 'int32'))
  // Subtle: which of equal values argMax takes is not promised, so earlier places count a little more.
  const earlier = tf.range(length, 0, -1, 'float32')
  return tf.argMax(tf.add(tf.mul(tf.cast(wanted, 'float32'), length + 1), earlier), 1)
}

/** One row of each: x [B, L, W], int32 [B] → [B, W] */
function rowsAt(x: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const first = tf.range(0, batch * length, length, 'int32')
  return embedding(tf.reshape(x, [batch * length, width]), tf.add(places, first))
}

/** [1, 1, L, L], -1e4 above the diagonal. */
function causalMask(length: number): tf.Tensor {
  const values = new Float32Array(length * length)
  for (let at = 0; at < length; at++) values.fill(blocked, at * length + at + 1, (at + 1) * length)
  return tf.tensor4d(values, [1, 1, length, length])
}
