import { embedding, tf } from '../tensor/index.ts'
import { parameter, type Model } from './layers.ts'
import { textLayer, wordEmbeddings } from './names.ts'
import { imageTokenCount, type Shape } from './shape.ts'
import {
  attentionBlock,
  blocked,
  feedForward,
  finishEmbedding,
  projectHeads,
  rememberPicture,
  scoreTokens,
  selfAttentionName,
} from './text.ts'

/**
 * What the decoder remembers of a batch of captions, per layer and on the device: keys and values of the picture,
 * written once, and of the tokens so far, one place a step.
 */
export interface DecoderMemory {
  /** [R, heads, N, d] for R captions at a time and N image tokens. */
  imageKeys: tf.Variable[]
  imageValues: tf.Variable[]
  /** [R, heads, L, d] for captions of at most L tokens; zero where nothing was written yet. */
  tokenKeys: tf.Variable[]
  tokenValues: tf.Variable[]
}

export function createMemory(shape: Shape, { rows, length }: { rows: number; length: number }): DecoderMemory {
  const { depth, heads, width } = shape.text
  const blank = (places: number) =>
    Array.from({ length: depth }, () => {
      const zeros = tf.zeros([rows, heads, places, width / heads])
      const variable = tf.variable(zeros, false)
      zeros.dispose()
      return variable
    })
  const tokens = imageTokenCount(shape)
  return {
    imageKeys: blank(tokens),
    imageValues: blank(tokens),
    tokenKeys: blank(length),
    tokenValues: blank(length),
  }
}

export function memoryVariables(memory: DecoderMemory): tf.Variable[] {
  return [...memory.imageKeys, ...memory.imageValues, ...memory.tokenKeys, ...memory.tokenValues]
}

/** Writes the picture's keys and values: image tokens [R, N, Wv], one row for each caption. */
export function rememberImages(model: Model, memory: DecoderMemory, image: tf.Tensor): void {
  rememberPicture(model, image).forEach(({ key, value }, i) => {
    memory.imageKeys[i]!.assign(key)
    memory.imageValues[i]!.assign(value)
  })
}

export interface DecodeInput {
  /** int32 [R], the token at `position` of each row. */
  tokens: tf.Tensor
  /** int32 [1], the same for all rows. */
  position: tf.Tensor
  /** int32 [R], the row whose past each row goes on from; rows keep their own if left out. */
  parents?: tf.Tensor
}

/**
 * Goes one token on: writes its keys and values at `position` and scores the next token, [R, V].
 * Equal to the last place of `captionLogits` over the whole sequence.
 */
export function decodeStep(model: Model, memory: DecoderMemory, { tokens, position, parents }: DecodeInput): tf.Tensor {
  const [rows, , length] = memory.tokenKeys[0]!.shape as [number, number, number]
  const places = tf.range(0, length, 1, 'int32')
  const here = tf.reshape(tf.cast(tf.equal(places, position), 'float32'), [1, 1, length, 1])
  const mask = tf.reshape(tf.mul(tf.cast(tf.greater(places, position), 'float32'), blocked), [1, 1, 1, length])
  const write = (cache: tf.Variable, value: tf.Tensor) => {
    const past = parents ? tf.gather(cache, parents as tf.Tensor1D) : cache
    const next = tf.add(tf.mul(past, tf.sub(1, here)), tf.mul(value, here))
    cache.assign(next)
    return next
  }

  let x = tf.reshape(embedToken(model, tokens, position), [rows, 1, -1])
  for (let i = 0; i < model.shape.text.depth; i++) {
    const own = selfAttentionName(i, 'decoder')
    const key = write(memory.tokenKeys[i]!, projectHeads(model, `${own}.self.key`, x))
    const value = write(memory.tokenValues[i]!, projectHeads(model, `${own}.self.value`, x))
    x = attentionBlock(model, own, x, { key, value, mask })
    const image = { key: memory.imageKeys[i]!, value: memory.imageValues[i]! }
    x = attentionBlock(model, `${textLayer(i)}.crossattention`, x, image)
    x = feedForward(model, textLayer(i), x)
  }
  return tf.reshape(scoreTokens(model, x), [rows, -1])
}

function embedToken(model: Model, tokens: tf.Tensor, position: tf.Tensor): tf.Tensor {
  const place = embedding(parameter(model, 'text_encoder.embeddings.position_embeddings.weight'), position)
  return finishEmbedding(model, tf.add(embedding(parameter(model, wordEmbeddings), tokens), place))
}
