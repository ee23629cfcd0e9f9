import { tf } from '../../tensor/index.ts'
import { attentionBlock, feedForward, remember, type Memory } from '../bert.ts'
import type { Model } from '../layers.ts'
import { rerun } from '../rerun.ts'
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
  const looks = picture ? [`${name}.crossattention`] : []
  const own = [`${name}.attention`, ...looks, `${name}.intermediate_query`, `${name}.output_query`]
  return rerunLayer(model, own, { x, seen, picture }, (model, { x, seen, picture }) => {
    const attended = attentionBlock(model, `${name}.attention`, x, seen, within)
    const looked = picture ? attentionBlock(model, `${name}.crossattention`, attended, picture, within) : attended
    return feedForward(model, name, looked, '_query')
  })
}

/** A layer for text [B, L, W]: the same self-attention, no look at the picture, BERT's feed-forward block. */
export function textLayer(model: QFormer, layer: number, x: tf.Tensor, seen: Memory): tf.Tensor {
  const name = layerName(layer)
  const own = [`${name}.attention`, `${name}.intermediate`, `${name}.output`]
  return rerunLayer(model, own, { x, seen }, (model, { x, seen }) =>
    feedForward(model, name, attentionBlock(model, `${name}.attention`, x, seen, within)),
  )
}

interface LayerInputs {
  x: tf.Tensor
  seen: Memory
  picture?: Memory | undefined
}

/** Runs a layer, again in the backward pass where the model asks for that: everything that it takes is handed in. */
function rerunLayer(
  model: QFormer,
  names: string[],
  { x, seen, picture }: LayerInputs,
  layer: (model: QFormer, inputs: LayerInputs) => tf.Tensor,
): tf.Tensor {
  const tensors = [x, ...tensorsOf(seen), ...(picture ? tensorsOf(picture) : [])]
  return rerun(model, names, tensors, (model, [x, ...rest]) =>
    layer(model, { x: x!, seen: memoryFrom(seen, rest), picture: picture && memoryFrom(picture, rest) }),
  )
}

const tensorsOf = ({ key, value, mask }: Memory): tf.Tensor[] => [key, value, ...(mask ? [mask] : [])]

/** A memory of the same parts, from the tensors that come next. */
function memoryFrom({ mask }: Memory, next: tf.Tensor[]): Memory {
  const [key, value] = next.splice(0, 2)
  return { key: key!, value: value!, ...(mask && { mask: next.shift()! }) }
}
