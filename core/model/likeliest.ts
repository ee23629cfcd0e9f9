import { tf, topK } from '../tensor/index.ts'

/** Rows of a large vocabulary that are looked through together. */
const chunk = 64

/** Below this many tokens one look through all is as fast. */
const small = 4096

/**
 * What the host needs to know of the scores of R captions' next tokens, so that few numbers leave the device.
 * @param scores [V, R]
 * @returns the `count` likeliest tokens of each caption, best first, their scores [R, count], and the logs of the sums of
 * the exponentials of all scores [R]
 */
export function likeliest(
  scores: tf.Tensor,
  count: number,
): { tokens: tf.Tensor; best: tf.Tensor; logSums: tf.Tensor } {
  if (scores.shape[0]! >= small) return inChunks(scores, count)
  const { values, indices } = topK(tf.transpose(scores), count)
  const highest = tf.reshape(tf.slice(values, [0, 0], [-1, 1]), [-1])
  return { tokens: indices, best: values, logSums: tf.add(tf.log(powers(scores, highest, 0)), highest) }
}

/**
 * The `count` best tokens lie in the `count` chunks of the highest maxima, or in the rest that fills no chunk: only those
 * are sorted. Ties fall to either token. Sums go by chunks too: a sum down a whole column would leap through all memory.
 */
function inChunks(scores: tf.Tensor, count: number) {
  const [vocabulary, columns] = scores.shape as [number, number]
  const chunks = Math.floor(vocabulary / chunk)
  const end = chunks * chunk
  const whole = tf.reshape(tf.slice(scores, [0, 0], [end, columns]), [chunks, chunk, columns])
  const rest = end < vocabulary ? [tf.slice(scores, [end, 0], [-1, columns])] : []
  const maxima = tf.max(whole, 1) as tf.Tensor2D
  const promising = topK(tf.transpose(maxima), Math.min(count, chunks)).indices
  const inside = tf.add(tf.mul(tf.expandDims(promising, 2), tf.scalar(chunk, 'int32')), tf.range(0, chunk, 1, 'int32'))
  const tokens = withRest(tf.reshape(inside, [columns, -1]), end, vocabulary)
  const { values, indices } = topK(scoresAt(scores, tokens), count)

  // Subtle: not the first of `values`, though the same: XLA repeats the exponentials then.
  const highest = [maxima, ...rest].map((part) => tf.max(part, 0)).reduce((a, b) => tf.maximum(a, b))
  const sums = [tf.sum(powers(whole, highest, 1), 0), ...rest.map((part) => powers(part, highest, 0))]
  return { tokens: pick(tokens, indices), best: values, logSums: tf.add(tf.log(tf.addN(sums)), highest) }
}

/** Sums of the exponentials of scores [..., R] along an axis, after each column's highest was taken off. */
function powers(scores: tf.Tensor, highest: tf.Tensor, axis: number): tf.Tensor {
  return tf.sum(tf.exp(tf.sub(scores, highest)), axis)
}

/** tokens [R, n] → [R, n + m] with the m last tokens of the vocabulary, which fill no chunk. */
function withRest(tokens: tf.Tensor, from: number, vocabulary: number): tf.Tensor {
  if (from === vocabulary) return tokens
  const rest = tf.reshape(tf.range(from, vocabulary, 1, 'int32'), [1, -1])
  return tf.concat([tokens, tf.tile(rest, [tokens.shape[0]!, 1])], 1)
}

/** scores [V, R] of tokens [R, n] → [R, n] */
function scoresAt(scores: tf.Tensor, tokens: tf.Tensor): tf.Tensor {
  const columns = scores.shape[1]!
  const column = tf.reshape(tf.range(0, columns, 1, 'int32'), [columns, 1])
  return gatherAt(scores, tf.add(tf.mul(tokens, tf.scalar(columns, 'int32')), column))
}

/** x [R, n] at places [R, m] of each row → [R, m] */
function pick(x: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const [rows, width] = x.shape as [number, number]
  return gatherAt(x, tf.add(places, tf.reshape(tf.range(0, rows * width, width, 'int32'), [rows, 1])))
}

function gatherAt(x: tf.Tensor, places: tf.Tensor): tf.Tensor {
  const picked = tf.gather(tf.reshape(x, [-1]), tf.reshape(places, [-1]) as tf.Tensor1D)
  return tf.reshape(picked, places.shape)
}
