import { gelu, tf } from '../../tensor/index.ts'
import { attend, dense, joinHeads, norm, parameter, splitHeads, splitParts } from '../layers.ts'
import { decoderLayer } from './names.ts'
import { atEachStep, dropped, markedPlaces, pooledPicture, type CnnRnnModel } from './picture.ts'
import type { TransformerText } from './shape.ts'

const epsilon = 1e-5
/** Added to the scores of words that are still to come. */
const blocked = -1e4

/** A causal pre-norm Transformer that sees the picture: places [B, N, C], words [B, L, W] → [B, L, W]. */
export function transformerDecoder(model: CnnRnnModel, text: TransformerText, places: tf.Tensor, words: tf.Tensor) {
  const [batch, length, width] = words.shape as [number, number, number]
  const positions = tf.slice(parameter(model, 'positions.weight'), [0, 0], [length, width])
  let x = tf.add(joined(model, text, places, words), positions)
  if (text.fusion === 'initial') x = tf.concat([tf.expandDims(pooledPicture(model, places), 1), x], 1)
  const seen = text.fusion === 'attention' ? markedPlaces(model, places) : undefined
  for (let i = 0; i < text.depth; i++) x = layer(model, decoderLayer(i), text.heads, x, seen)
  const states = norm(model, 'decoder.norm', x, epsilon)
  return text.fusion === 'initial' ? tf.slice(states, [0, 1, 0], [batch, length, width]) : states
}

/** Words, with the picture beside each where it is asked for. */
function joined(model: CnnRnnModel, { fusion }: TransformerText, places: tf.Tensor, words: tf.Tensor): tf.Tensor {
  if (fusion !== 'concat') return words
  const beside = atEachStep(pooledPicture(model, places), words.shape[1]!)
  return dense(model, 'join', tf.concat([words, beside], -1))
}

function layer(model: CnnRnnModel, at: string, heads: number, x: tf.Tensor, seen?: tf.Tensor): tf.Tensor {
  const own = selfAttention(model, `${at}.self_attn`, heads, norm(model, `${at}.norm1`, x, epsilon))
  let next = tf.add(x, dropped(model, own))
  if (seen) {
    const looked = crossAttention(model, `${at}.cross_attn`, heads, norm(model, `${at}.norm2`, next, epsilon), seen)
    next = tf.add(next, dropped(model, looked))
  }
  const inner = gelu(dense(model, `${at}.mlp.fc1`, norm(model, `${at}.norm3`, next, epsilon)))
  return tf.add(next, dropped(model, dense(model, `${at}.mlp.fc2`, inner)))
}

function selfAttention(model: CnnRnnModel, name: string, heads: number, x: tf.Tensor): tf.Tensor {
  const [query, key, value] = splitParts(dense(model, `${name}.qkv`, x), 3, heads)
  const attended = attend({ query: query!, key: key!, value: value! }, causalMask(x.shape[1]!))
  return dense(model, `${name}.projection`, joinHeads(attended))
}

function crossAttention(model: CnnRnnModel, name: string, heads: number, x: tf.Tensor, seen: tf.Tensor): tf.Tensor {
  const query = splitHeads(dense(model, `${name}.query`, x), heads)
  const [key, value] = splitParts(dense(model, `${name}.memory`, seen), 2, heads)
  return dense(model, `${name}.projection`, joinHeads(attend({ query, key: key!, value: value! }, undefined)))
}

/** [1, 1, L, L], far below 0 above the diagonal. */
function causalMask(length: number): tf.Tensor {
  const values = new Float32Array(length * length)
  for (let at = 0; at < length; at++) values.fill(blocked, at * length + at + 1, (at + 1) * length)
  return tf.tensor4d(values, [1, 1, length, length])
}
