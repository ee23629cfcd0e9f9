import { embedding, gelu, linear, tf } from '../../tensor/index.ts'
import { dropped, paddingMask, type Memory } from '../bert.ts'
import { dense, norm, parameter } from '../layers.ts'
import { unit } from '../unit.ts'
import { encodeImages as encodeVision } from '../vision.ts'
import { joinMemories, queryLayer, rememberStates, textLayer, type PictureMemory, type QFormer } from './layers.ts'
import { captionMask, matchingMask } from './masks.ts'
import { languageHead, positionEmbeddings, queryTokens, wordEmbeddings } from './names.ts'

/** BLIP-2's Q-Former (arXiv 2301.12597) as pure functions of a model and its inputs. */

export { rememberPicture, type PictureMemory, type QFormer } from './layers.ts'

/** Image tokens [B, N, Wv] of pictures [B, S, S, 3], values 0 to 255: BLIP's ViT. */
export function encodeImages(model: QFormer, images: tf.Tensor): tf.Tensor {
  return encodeVision(model, images)
}

/** What the queries found in pictures. */
export interface Looked {
  /** [B, Q, W] */
  states: tf.Tensor
  /** Keys and values of the queries in each layer's self-attention: all that a caption is written from. */
  memory: Memory[]
}

/** The queries by themselves: they look at each other and at the pictures. */
export function encodeQueries(model: QFormer, picture: PictureMemory, batch: number): Looked {
  const memory: Memory[] = []
  let states = embedQueries(model, batch)
  for (let i = 0; i < model.shape.text.depth; i++) {
    memory.push(rememberStates(model, i, states))
    states = queryLayer(model, i, states, memory[i]!, picture[i])
  }
  return { states, memory }
}

/** Unit features of pictures, one for each query: states [B, Q, W] → [B, Q, embed]. */
export function imageFeatures(model: QFormer, { states }: Pick<Looked, 'states'>): tf.Tensor {
  return unit(dense(model, 'vision_projection', states))
}

/** Unit text features, from the text alone: int32 [B, L], [CLS] first → [B, embed]. */
export function textFeature(model: QFormer, ids: tf.Tensor): tf.Tensor {
  const mask = paddingMask(ids, model.shape.text.tokens.pad)
  const last = model.shape.text.depth - 1
  let x = embedText(model, ids)
  for (let i = 0; i < last; i++) x = textLayer(model, i, x, { ...rememberStates(model, i, x), mask })
  const [batch, , width] = x.shape as [number, number, number]
  // of the last layer only the first place is used; the others merely give keys and values
  const first = textLayer(model, last, tf.slice(x, [0, 0, 0], [batch, 1, width]), {
    ...rememberStates(model, last, x),
    mask,
  })
  return unit(dense(model, 'text_projection', tf.reshape(first, [batch, width])))
}

/**
 * Scores of no match and match: queries and text look at each other in both directions; the mean over the queries' scores.
 * @param ids int32 [B, L], [CLS] first
 * @returns [B, 2]
 */
export function matchLogits(model: QFormer, picture: PictureMemory, ids: tf.Tensor): tf.Tensor {
  const { queries: count, text } = model.shape
  const mask = matchingMask(ids, text.tokens.pad, count)
  let queries = embedQueries(model, ids.shape[0]!)
  let words = embedText(model, ids)
  for (let i = 0; i < text.depth; i++) {
    const seen = { ...joinMemories(rememberStates(model, i, queries), rememberStates(model, i, words)), mask }
    queries = queryLayer(model, i, queries, seen, picture[i])
    if (i < text.depth - 1) words = textLayer(model, i, words, seen)
  }
  return tf.mean(dense(model, 'itm_head', queries), 1)
}

/**
 * Scores of every next token: the text looks at the queries and its own past. It sees the picture only through them.
 * @param memory the queries' keys and values, as `encodeQueries` gives them
 * @param ids int32 [B, L], [DEC] first
 * @returns [B, L, V]
 */
export function captionLogits(model: QFormer, memory: Memory[], ids: tf.Tensor): tf.Tensor {
  const mask = captionMask(ids, model.shape.text.tokens.pad, model.shape.queries)
  let x = embedText(model, ids)
  for (let i = 0; i < model.shape.text.depth; i++) {
    x = textLayer(model, i, x, { ...joinMemories(memory[i]!, rememberStates(model, i, x)), mask })
  }
  return scoreTokens(model, x)
}

/** [..., W] → [..., V]. The word embeddings serve as weights. */
function scoreTokens(model: QFormer, states: tf.Tensor): tf.Tensor {
  const inner = gelu(dense(model, `${languageHead}.transform.dense`, states))
  const ready = norm(model, `${languageHead}.transform.LayerNorm`, inner, model.shape.text.epsilon)
  return linear(ready, parameter(model, wordEmbeddings), parameter(model, `${languageHead}.bias`))
}

/** The learned queries, without positions: [B, Q, W]. */
function embedQueries(model: QFormer, batch: number): tf.Tensor {
  return finishEmbedding(model, tf.tile(parameter(model, queryTokens), [batch, 1, 1]))
}

/** Words and positions: int32 [B, L] → [B, L, W]. The first word has position 0, with queries before it or without. */
function embedText(model: QFormer, ids: tf.Tensor): tf.Tensor {
  const positions = tf.slice(parameter(model, positionEmbeddings), [0, 0], [ids.shape[1]!, -1])
  return finishEmbedding(model, tf.add(embedding(parameter(model, wordEmbeddings), ids), positions))
}

function finishEmbedding(model: QFormer, x: tf.Tensor): tf.Tensor {
  return dropped(model, norm(model, 'qformer.layernorm', x, model.shape.text.epsilon))
}
