import { tf } from '../../tensor/index.ts'
import { attentionBlock, feedForward, remember, type Memory } from '../bert.ts'
import type { Model } from '../layers.ts'
import { layerName, looksAtPicture } from './names.ts'
import type { QFormerShape } from './shape.ts'

export type QFormer = Model<QFormerShape>

/** Keys and values of a picture for each layer that looks at it. */
export type PictureMemory = (Memory | undefined)[]

/** What the projections' names stand under in this layout. */
const within = 'attention'

/** What the queries' cross-attention needs of pictures: image tokens [B, N, Wv]. */
export function rememberPicture(model: QFormer, image: tf.Tensor): PictureMemory {
  return Array.from({ length: model.shape.text.depth }, (_, i) =>
    looksAtPicture(model.shape, i) ? remember(model, `${layerName(i)}.crossattention`, image, within) : undefined,
  )
}

/** What a layer's self-attention needs of states x [B, T, W]. */
export function rememberStates(model: QFormer, layer: number, x: tf.Tensor): Memory {
  return remember(model, `${layerName(layer)}.attention`, x, within)
}

/** Two memories one behind the other. */
export function joinMemories(first: Memory, second: Memory): Memory {
  const join = (part: 'key' | 'value') => tf.concat([first[part], second[part]], 2)
  return { key: join('key'), value: join('value') }
}

/** A layer for queries [B, Q, W]: attention over `seen`, a look at the picture, and a feed-forward block of their own. */
export function queryLayer(model: QFormer, layer: number, x: tf.Tensor, seen: Memory, picture?: Memory): tf.Tensor {
  const name = layerName(layer)
  const attended = attentionBlock(model, `${name}.attention`, x, seen, within)
  const looked = picture ? attentionBlock(model, `${name}.crossattention`, attended, picture, within) : attended
  return feedForward(model, name, looked, '_query')
}

/** A layer for text [B, L, W]: the same self-attention, no look at the picture, BERT's feed-forward block. */
export function textLayer(model: QFormer, layer: number, x: tf.Tensor, seen: Memory): tf.Tensor {
  const name = layerName(layer)
  return feedForward(model, name, attentionBlock(model, `${name}.attention`, x, seen, within))
}
