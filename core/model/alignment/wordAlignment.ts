import { tf } from '../../tensor/index.ts'
import type { Parts } from './parts.ts'

/**
 * Each word is aligned with the region most like it; a pair's similarity is the mean of their cosines:
 * S(v, e) = 1/L · Σ_j max_i vᵢ · eⱼ (Karpathy & Fei-Fei, arXiv 1412.2306, eq. 8, with FILIP's mean in place of the sum,
 * arXiv 2111.07783, eq. 4, so that long texts don't score more). [B, T]
 */
export function wordSimilarities(images: Parts, texts: Parts): tf.Tensor {
  const best = tf.max(partSimilarities(images.parts, texts.parts), 1)
  const counts = tf.maximum(tf.sum(texts.mask, 1), 1)
  return tf.div(tf.sum(tf.mul(best, texts.mask), 2), counts)
}

/** Every part of one side with every part of the other: [N, n, D] and [M, m, D] → [N, n, M, m]. */
export function partSimilarities(some: tf.Tensor, others: tf.Tensor): tf.Tensor {
  const [[n, width], [m]] = [some.shape.slice(1), others.shape.slice(1)] as [[number, number], [number]]
  // one two-dimensional product: it needs no gathers and no copies, and neither does its gradient
  const rows = tf.reshape(some, [-1, width])
  const columns = tf.reshape(others, [-1, width])
  return tf.reshape(tf.matMul(rows, columns, false, true), [some.shape[0]!, n, others.shape[0]!, m])
}
