import { gelu, linear, tf } from '../../tensor/index.ts'
import { attend, dense, joinHeads, norm, parameter, splitHeads, splitParts, type Model } from '../layers.ts'
import type { Memory } from '../text.ts'
import { layerName, looksAtPicture } from './names.ts'
import type { QFormerShape } from './shape.ts'

export type QFormer = Model<QFormerShape>

/** Keys and values of a picture for each layer that looks at it. */
export type PictureMemory = (Memory | undefined)[]

/** What the queries' cross-attention needs of pictures: image tokens [B, N, Wv]. */
export function rememberPicture(model: QFormer, image: tf.Tensor): PictureMemory {
  return Array.from({ length: model.shape.text.depth }, (_, i) =>
    looksAtPicture(model.shape, i) ? remember(model, `${layerName(i)}.crossattention`, image) : undefined,
  )
}

/** What a layer's self-attention needs of states x [B, T, W]. */
export function rememberStates(model: QFormer, layer: number, x: tf.Tensor): Memory {
  return remember(model, `${layerName(layer)}.attention`, x)
}

/** Two memories one behind the other. */
export function joinMemories(first: Memory, second: Memory): Memory {
  const join = (part: 'key' | 'value') => tf.concat([first[part], second[part]], 2)
  return { key: join('key'), value: join('value') }
}

/** A layer for queries [B, Q, W]: attention over `seen`, a look at the picture, and a feed-forward block of their own. */
export function queryLayer(model: QFormer, layer: number, x: tf.Tensor, seen: Memory, picture?: Memory): tf.Tensor {
  const name = layerName(layer)
  const attended = attentionBlock(model, `${name}.attention`, x, seen)
  const looked = picture ? attentionBlock(model, `${name}.crossattention`, attended, picture) : attended
  return feedForward(model, `${name}.intermediate_query`, `${name}.output_query`, looked)
}

/** A layer for text [B, L, W]: the same self-attention, no look at the picture, BERT's feed-forward block. */
export function textLayer(model: QFormer, layer: number, x: tf.Tensor, seen: Memory): tf.Tensor {
  const name = layerName(layer)
  const attended = attentionBlock(model, `${name}.attention`, x, seen)
  return feedForward(model, `${name}.intermediate`, `${name}.output`, attended)
}

export function dropped({ drop }: QFormer, x: tf.Tensor): tf.Tensor {
  return drop ? drop(x) : x
}

/** Keys and values of x [B, S, in], by one product: it reads x once, and so does its gradient. */
function remember(model: QFormer, name: string, x: tf.Tensor): Memory {
  const both = (kind: string) =>
    tf.concat(['key', 'value'].map((part) => parameter(model, `${name}.attention.${part}.${kind}`)))
  const [key, value] = splitParts(linear(x, both('weight'), both('bias')), 2, model.shape.text.heads)
  return { key: key!, value: value! }
}

/** Attention of x [B, T, W] over a memory, then projection, residual and norm. */
function attentionBlock(model: QFormer, name: string, x: tf.Tensor, { key, value, mask }: Memory): tf.Tensor {
  const { heads, epsilon } = model.shape.text
  const query = splitHeads(dense(model, `${name}.attention.query`, x), heads)
  const attended = joinHeads(attend({ query, key, value }, mask, model.drop))
  const projected = dropped(model, dense(model, `${name}.output.dense`, attended))
  return norm(model, `${name}.output.LayerNorm`, tf.add(projected, x), epsilon)
}

function feedForward(model: QFormer, inward: string, outward: string, x: tf.Tensor): tf.Tensor {
  const inner = gelu(dense(model, `${inward}.dense`, x))
  const out = dropped(model, dense(model, `${outward}.dense`, inner))
  return norm(model, `${outward}.LayerNorm`, tf.add(out, x), model.shape.text.epsilon)
}
