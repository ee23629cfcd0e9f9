import { Fault } from '../contract/fault.ts'
import { attention, dropout, fold, layerNorm, linear, tf } from '../tensor/index.ts'
import type { Parameters } from './parameters.ts'
import type { BlipShape, Shape } from './shape.ts'

/** What a forward pass runs with. `drop` is set in training only. */
export interface Model<S extends Shape = BlipShape> extends Weights {
  shape: S
  drop?: Drop | undefined
  /** Whether blocks keep their inputs only, and run again in the backward pass. */
  recompute?: boolean | undefined
}

/** All that a single layer needs of a model. */
export interface Weights {
  parameters: Parameters
}

/** Dropout with its own place in a seed's sequence at each call. */
export interface Drop {
  (x: tf.Tensor): tf.Tensor
  /** Makes one that draws what this one will from now on. @param shift int32 scalar added to the seed */
  mark(): (shift: tf.Tensor) => Drop
}

/**
 * Makes a pass's dropout: each call takes the next seed of the sequence, so that the order of calls alone decides.
 * @param seed int32 [2], another one for each step
 */
export function createDrop(rate: number, seed: tf.Tensor): Drop | undefined {
  return rate === 0 ? undefined : dropFrom(0, rate, seed)
}

function dropFrom(first: number, rate: number, seed: tf.Tensor): Drop {
  let site = first
  const mark = () => {
    const from = site
    return (shift: tf.Tensor) => dropFrom(from, rate, tf.add(seed, shift))
  }
  return Object.assign((x: tf.Tensor) => dropout(x, rate, fold(seed, site++)), { mark })
}

/** The parameter of that name. @throws Fault `parameter-missing`. */
export function parameter({ parameters }: Weights, name: string): tf.Tensor {
  const found = parameters[name]
  if (!found) throw new Fault('parameter-missing', `The model lacks the tensor ${name}.`)
  return found
}

/** x [..., in] → [..., out] */
export function dense(model: Weights, name: string, x: tf.Tensor): tf.Tensor {
  return linear(x, parameter(model, `${name}.weight`), parameter(model, `${name}.bias`))
}

export function norm(model: Weights, name: string, x: tf.Tensor, epsilon: number): tf.Tensor {
  return layerNorm(x, parameter(model, `${name}.weight`), parameter(model, `${name}.bias`), epsilon)
}

/** [B, T, W] → [B, W] */
export function firstToken(x: tf.Tensor): tf.Tensor {
  const [batch, , width] = x.shape as [number, number, number]
  return tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width])
}

/** [B, T, W] → [B, heads, T, W / heads] */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3])
}

/** Projections that stand side by side, as heads: [B, T, parts × W] → parts of [B, heads, T, W / heads]. */
export function splitParts(x: tf.Tensor, parts: number, heads: number): tf.Tensor[] {
  const [batch, length, width] = x.shape as [number, number, number]
  const split = tf.reshape(x, [batch, length, parts, heads, width / parts / heads])
  return tf.unstack(tf.transpose(split, [2, 0, 3, 1, 4]))
}

/** [B, heads, T, d] → [B, T, heads × d] */
export function joinHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, depth] = x.shape as [number, number, number, number]
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * depth])
}

export interface Heads {
  query: tf.Tensor
  key: tf.Tensor
  value: tf.Tensor
}

/** Scaled dot-product attention over heads [B, H, T, d]; `mask` is added to the scores. Dropout falls on the weights. */
export function attend({ query, key, value }: Heads, mask: tf.Tensor | undefined, drop?: Drop): tf.Tensor {
  if (!drop) return attention(query, key, value, mask)
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(query.shape.at(-1)!))
  const weights = tf.softmax(mask ? tf.add(scores, mask) : scores)
  return tf.matMul(drop(weights), value)
}
