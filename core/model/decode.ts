import { attention, embedding, gelu, product, tf } from '../tensor/index.ts'
import { denseColumns, feedForwardColumns, joinColumns, normColumns, projectColumns, splitColumns } from './columns.ts'
import { parameter, type Model } from './layers.ts'
import { languageHead, textLayer, wordEmbeddings } from './names.ts'
import { blocked, selfAttentionName, type Memory } from './text.ts'

/** Captions under way: `beams` for each of `batch` pictures, of at most `length` tokens. */
export interface CaptionRows {
  batch: number
  beams: number
  length: number
}

/** Keys and values [B, H, beams, L, d] of the tokens so far, per layer and on the device; one place is written a step. */
export interface TokenMemory {
  keys: tf.Variable[]
  values: tf.Variable[]
}

export function createTokenMemory({ shape }: Model, { batch, beams, length }: CaptionRows): TokenMemory {
  const { depth, heads, width } = shape.text
  const blank = () => tf.tidy(() => tf.variable(tf.zeros([batch, heads, beams, length, width / heads]), false))
  const layers = () => Array.from({ length: depth }, blank)
  return { keys: layers(), values: layers() }
}

export function tokenVariables({ keys, values }: TokenMemory): tf.Variable[] {
  return [...keys, ...values]
}

export interface DecodeInput {
  /** int32 [R], the token at `position` of each row. */
  tokens: tf.Tensor
  /** int32 [1], the same for all rows. */
  position: tf.Tensor
  /**
   * int32 [R, L]: the beam of the same picture whose memory holds the token that each row has at each place, below 0 where
   * there is none. So beams go on from one another without their memory being moved.
   */
  holders: tf.Tensor
}

/** What a step reads and writes. */
export interface DecoderMemory {
  /** Of each layer, as `rememberPicture` gives it: the beams of a picture share it. */
  pictures: Memory[]
  tokens: TokenMemory
  /** The word embeddings turned, [W, V] (see `turnWords`); null: as they are. */
  turnedWords?: tf.Tensor | null
}

/**
 * The word embeddings with words as columns. One caption's scores are a product that does nothing but read them, two thirds of
 * all weights, and it reads them 1.5 to 2 times as fast this way round; for more captions it makes no difference.
 */
export function turnWords(model: Model): tf.Tensor {
  return tf.tidy(() => tf.transpose(parameter(model, wordEmbeddings)))
}

/**
 * Goes one token on: writes its keys and values at `position` and scores the next token, [V, R].
 * Equal to the last place of `captionLogits` over the whole sequence.
 */
export function decodeStep(model: Model, memory: DecoderMemory, { tokens, position, holders }: DecodeInput): tf.Tensor {
  const [batch, , beams, length, depth] = memory.tokens.keys[0]!.shape as [number, number, number, number, number]
  const { heads } = model.shape.text
  const mask = holderMask(holders, { batch, beams, length })
  const here = tf.reshape(tf.cast(tf.equal(tf.range(0, length, 1, 'int32'), position), 'float32'), [1, 1, 1, length, 1])
  const elsewhere = tf.sub(1, here)
  const write = (past: tf.Variable, name: string, x: tf.Tensor) => {
    const own = tf.expandDims(splitColumns(denseColumns(model, name, x), heads, beams), 3)
    const next = tf.add(tf.mul(past, elsewhere), tf.mul(own, here))
    past.assign(next)
    return tf.reshape(next, [batch, heads, beams * length, depth])
  }
  const look = (name: string, x: tf.Tensor, { key, value, mask }: Memory) => {
    const query = splitColumns(denseColumns(model, `${name}.self.query`, x), heads, beams)
    const attended = denseColumns(model, `${name}.output.dense`, joinColumns(attention(query, key, value, mask)))
    return normColumns(model, `${name}.output.LayerNorm`, tf.add(attended, x))
  }

  let x = embedColumns(model, tokens, position)
  for (let i = 0; i < model.shape.text.depth; i++) {
    const own = selfAttentionName(i, 'decoder')
    const key = write(memory.tokens.keys[i]!, `${own}.self.key`, x)
    const value = write(memory.tokens.values[i]!, `${own}.self.value`, x)
    x = look(own, x, { key, value, mask })
    x = look(`${textLayer(i)}.crossattention`, x, memory.pictures[i]!)
    x = feedForwardColumns(model, textLayer(i), x)
  }
  return scoreColumns(model, x, memory.turnedWords)
}

/** holders [R, L] → [B, 1, beams, beams × L], 0 at the places that a row goes on from. */
function holderMask(holders: tf.Tensor, { batch, beams, length }: CaptionRows): tf.Tensor {
  const each = tf.reshape(tf.range(0, beams, 1, 'int32'), [1, 1, beams, 1])
  const others = tf.notEqual(tf.reshape(holders, [batch, beams, 1, length]), each)
  return tf.reshape(tf.mul(tf.cast(others, 'float32'), blocked), [batch, 1, beams, beams * length])
}

/** Words and position, normed: int32 [R] → [W, R]. */
function embedColumns(model: Model, tokens: tf.Tensor, position: tf.Tensor): tf.Tensor {
  const place = embedding(parameter(model, 'text_encoder.embeddings.position_embeddings.weight'), position)
  const x = tf.transpose(tf.add(embedding(parameter(model, wordEmbeddings), tokens), place))
  return normColumns(model, 'text_encoder.embeddings.LayerNorm', x)
}

/** Scores of every next token: [W, R] → [V, R]; with words that were turned R must be 1. */
function scoreColumns(model: Model, x: tf.Tensor, turnedWords?: tf.Tensor | null): tf.Tensor {
  const inner = gelu(denseColumns(model, `${languageHead}.transform.dense`, x))
  const ready = normColumns(model, `${languageHead}.transform.LayerNorm`, inner)
  const bias = parameter(model, `${languageHead}.bias`)
  if (!turnedWords) return projectColumns(ready, parameter(model, wordEmbeddings), bias)
  const scores = product(tf.reshape(ready, [1, -1]), turnedWords)
  return tf.add(tf.reshape(scores, [-1, 1]), tf.reshape(bias, [-1, 1]))
}
