import { embedding, gelu, linear, tf } from '../tensor/index.ts'
import { attentionBlock, blocked, dropped, feedForward, paddingMask, remember, type Memory } from './bert.ts'
import { dense, norm, parameter, type Model } from './layers.ts'
import { rerun } from './rerun.ts'
import { decoderLayer, languageHead, textLayer, wordEmbeddings } from './names.ts'

export { blocked, type Memory } from './bert.ts'

/**
 * text: the caption alone. matcher: the caption looks at the picture, in both directions.
 * decoder: the caption looks at the picture and its own past, through self-attention weights of its own.
 */
export type TextMode = 'text' | 'matcher' | 'decoder'

/**
 * BERT's stack (post-norm) with cross-attention in every layer, as in BLIP.
 * @param ids int32 [B, L]; padding is masked by its id
 * @param picture what the caption looks at, for each layer (see `rememberPicture`); needed by the matcher and the decoder
 * @returns [B, L, W]
 */
export function encodeText(model: Model, ids: tf.Tensor, mode: TextMode, picture: Memory[] = []): tf.Tensor {
  const mask = maskFor(model, ids, mode)
  let x = embedTokens(model, ids)
  for (let i = 0; i < model.shape.text.depth; i++) x = textBlock(model, i, { mode, picture, mask }, x)
  return x
}

/**
 * The first token's states alone, [B, W]: as `encodeText`, but the last layer, in which the other tokens only need keys and
 * values, is not computed for them. A caption's features and its match with a picture need no more.
 */
export function encodeFirstToken(
  model: Model,
  ids: tf.Tensor,
  mode: Exclude<TextMode, 'decoder'>,
  picture: Memory[] = [],
): tf.Tensor {
  const mask = paddingMask(ids, model.shape.text.tokens.pad)
  const last = model.shape.text.depth - 1
  let x = embedTokens(model, ids)
  for (let i = 0; i < last; i++) x = textBlock(model, i, { mode, picture, mask }, x)
  const [batch, , width] = x.shape as [number, number, number]
  const first = tf.slice(x, [0, 0, 0], [batch, 1, width])
  return tf.reshape(textBlock(model, last, { mode, picture, mask }, first, x), [batch, width])
}

interface Surroundings {
  mode: TextMode
  picture: Memory[]
  mask: tf.Tensor
}

/** One layer for the states x; they attend to `all`, themselves if left out. */
function textBlock(model: Model, layer: number, { mode, picture, mask }: Surroundings, x: tf.Tensor, all?: tf.Tensor) {
  const [name, own] = [textLayer(layer), selfAttentionName(layer, mode)]
  const memory = mode === 'text' ? undefined : picture[layer]!
  const names = [own, `${name}.crossattention`, `${name}.intermediate`, `${name}.output`]
  const looked = memory ? [memory.key, memory.value] : []
  return rerun(model, names, [x, mask, ...looked, ...(all ? [all] : [])], (model, [x, mask, ...rest]) => {
    const [key, value] = memory ? rest.splice(0, 2) : []
    let next = selfAttention(model, own, x!, rest[0] ?? x!, mask!)
    if (memory) next = attentionBlock(model, `${name}.crossattention`, next, { ...memory, key: key!, value: value! })
    return feedForward(model, name, next)
  })
}

function maskFor(model: Model, ids: tf.Tensor, mode: TextMode): tf.Tensor {
  const padding = paddingMask(ids, model.shape.text.tokens.pad)
  return mode === 'decoder' ? tf.add(padding, causalMask(ids.shape[1]!)) : padding
}

/** Scores of every next token from the decoder's states: [..., W] → [..., V]. The word embeddings serve as weights. */
export function scoreTokens(model: Model, states: tf.Tensor): tf.Tensor {
  const inner = gelu(dense(model, `${languageHead}.transform.dense`, states))
  const ready = norm(model, `${languageHead}.transform.LayerNorm`, inner, model.shape.text.epsilon)
  return linear(ready, parameter(model, wordEmbeddings), parameter(model, `${languageHead}.bias`))
}

export function selfAttentionName(layer: number, mode: TextMode): string {
  return `${mode === 'decoder' ? decoderLayer(layer) : textLayer(layer)}.attention`
}

/** Words and positions, normed: int32 [B, L] → [B, L, W]. */
function embedTokens(model: Model, ids: tf.Tensor): tf.Tensor {
  const positions = parameter(model, 'text_encoder.embeddings.position_embeddings.weight')
  const words = embedding(parameter(model, wordEmbeddings), ids)
  return finishEmbedding(model, tf.add(words, tf.slice(positions, [0, 0], [ids.shape[1]!, -1])))
}

function finishEmbedding(model: Model, x: tf.Tensor): tf.Tensor {
  return dropped(model, norm(model, 'text_encoder.embeddings.LayerNorm', x, model.shape.text.epsilon))
}

function selfAttention(model: Model, name: string, x: tf.Tensor, all: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return attentionBlock(model, name, x, { ...remember(model, name, all), mask })
}

/**
 * Keys and values of a picture for the cross-attention of each layer. Matcher and decoder share these weights (BLIP), so
 * one pass over the picture serves both, and every caption that is held against it.
 * @param image image tokens [B, N, Wv]
 */
export function rememberPicture(model: Model, image: tf.Tensor): Memory[] {
  const layers = Array.from({ length: model.shape.text.depth }, (_, i) => textLayer(i))
  return layers.map((layer) => remember(model, `${layer}.crossattention`, image))
}

/** [1, 1, L, L], -1e4 above the diagonal. */
function causalMask(length: number): tf.Tensor {
  const values = new Float32Array(length * length)
  for (let at = 0; at < length; at++) values.fill(blocked, at * length + at + 1, (at + 1) * length)
  return tf.tensor4d(values, [1, 1, length, length])
}
