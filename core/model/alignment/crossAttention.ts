import { tf } from '../../tensor/index.ts'
import type { Parts } from './parts.ts'
import type { CrossAttention } from './shape.ts'
import { shortest } from '../unit.ts'
import { partSimilarities } from './wordAlignment.ts'

/** Added to the attention's scores of parts that are padding. */
const blocked = -1e4

/** Slope of what the reference keeps of negative similarities; the paper itself keeps nothing. */
const leak = 0.1

/**
 * Stacked cross attention (SCAN, arXiv 1803.08024, section 3.1, and its code, model.py). With queries q (words or regions) and
 * a context v (the other side's parts) it is, for every query i and part j,
 *
 *     sᵢⱼ = qᵢ · vⱼ,   s̄ᵢⱼ = leaky(sᵢⱼ) / ‖leaky(s·ⱼ)‖   over the QUERIES of a part
 *     αᵢⱼ = softmaxⱼ(λ₁ s̄ᵢⱼ),   aᵢ = Σⱼ αᵢⱼ vⱼ,   Rᵢ = cos(qᵢ, aᵢ)
 *
 * and the similarity pools Rᵢ over the queries. Every context is held against every item's queries.
 * @returns [contexts, queries]
 */
export function crossAttentionSimilarities(queries: Parts, contexts: Parts, options: CrossAttention): tf.Tensor {
  const scores = partSimilarities(contexts.parts, queries.parts) // [C, c, Q, q]
  const weights = attentionWeights(scores, queries, contexts, options.sharpness)
  return pool(relevance(weights, byQuery(scores), contexts), queries.mask, options)
}

/** α: [C, c, Q, q] → [C, Q, q, c] */
function attentionWeights(scores: tf.Tensor, queries: Parts, contexts: Parts, sharpness: number): tf.Tensor {
  const leaky = tf.mul(tf.maximum(scores, tf.mul(scores, leak)), queries.mask)
  const lengths = tf.maximum(tf.sum(tf.square(leaky), -1, true), shortest)
  const normal = tf.mul(leaky, tf.rsqrt(lengths))
  const [count, parts] = contexts.mask.shape as [number, number]
  const closed = tf.reshape(tf.mul(tf.sub(1, contexts.mask), blocked), [count, 1, 1, parts])
  return tf.softmax(tf.add(tf.mul(byQuery(normal), sharpness), closed))
}

/**
 * R: cosine of each query with what it attends to. The attended vectors, a [C, Q, q, D] of all pairs, are never made: with
 * the context's Gram matrix G, q · a = Σ α s and ‖a‖² = αᵀ G α. [C, Q, q]
 */
function relevance(weights: tf.Tensor, scores: tf.Tensor, contexts: Parts): tf.Tensor {
  const [count, items, queries, parts] = weights.shape as [number, number, number, number]
  const gram = tf.matMul(contexts.parts, contexts.parts, false, true)
  const mixed = tf.reshape(tf.matMul(tf.reshape(weights, [count, items * queries, parts]), gram), weights.shape)
  const squares = tf.sum(tf.mul(weights, mixed), -1)
  return tf.mul(tf.sum(tf.mul(weights, scores), -1), tf.rsqrt(tf.maximum(squares, shortest)))
}

/** Over the queries that are there: 1/λ₂ · log Σ exp(λ₂ R), or the mean. [C, Q, q] and [Q, q] → [C, Q] */
function pool(relevance: tf.Tensor, mask: tf.Tensor, { pooling, poolSharpness }: CrossAttention): tf.Tensor {
  if (pooling === 'mean') return tf.div(tf.sum(tf.mul(relevance, mask), -1), tf.maximum(tf.sum(mask, -1), 1))
  // |R| ≤ 1, so the exponential can't overflow
  const total = tf.sum(tf.mul(tf.exp(tf.mul(relevance, poolSharpness)), mask), -1)
  return tf.div(tf.log(tf.maximum(total, 1e-30)), poolSharpness)
}

/** [C, c, Q, q] → [C, Q, q, c] */
const byQuery = (x: tf.Tensor) => tf.transpose(x, [0, 2, 3, 1])
