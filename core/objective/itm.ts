import { categorical, embedding, fold, softmaxCrossEntropy, tf } from '../tensor/index.ts'
import { matchLogits } from '../model/blip.ts'
import type { Model } from '../model/layers.ts'
import type { Memory } from '../model/text.ts'
import { withoutGradient } from './itc.ts'

/** Below any similarity (cosine over the least temperature is -1000), so that a blocked pair is never drawn. */
const blocked = -1e4

export interface MatchingInput {
  /** Keys and values of the pictures (see `rememberPicture`). */
  picture: Memory[]
  /** int32 [B, L], [ENC] first. */
  ids: tf.Tensor
  /** Similarities over the temperature [B, B], picture by text; negatives are drawn by them, without gradient. */
  similarities: tf.Tensor
  /** The same, text by picture, where that is not the transpose: a momentum teacher's features stand on the other side. */
  reverse?: tf.Tensor | undefined
  /** [B, B], 1 where picture and text belong together (see `positivePairs`). */
  positives: tf.Tensor
  /** int32 [2], another one for each step. */
  seed: tf.Tensor
  /** Use only the first rows of the batch as anchors; negatives still come from all of it. */
  anchors?: number
}

/**
 * Image-text matching with one hard negative text per picture and one hard negative picture per text: cross-entropy
 * over 3A sequences for A anchors, a third of them matches (the prior's loss is 0.6365). A row without any legal
 * negative counts with its positive only.
 */
export function matchingLoss(model: Model, input: MatchingInput): tf.Scalar {
  const { picture, ids, anchors = ids.shape[0]! } = input
  const rows = matchingRows({ ...input, anchors })
  const seen = picture.map(({ key, value }) => ({ key: pick(key, rows.pictures), value: pick(value, rows.pictures) }))
  return matchingCrossEntropy(matchLogits(model, seen, tf.gather(ids, rows.texts)), rows)
}

/** The 3A pairs that A anchors are asked about: their own, each text with a wrong picture, each picture with a wrong text. */
export interface MatchingRows {
  /** int32 [3A], the row of the batch that each pair's picture comes from. */
  pictures: tf.Tensor1D
  /** int32 [3A], the same for its text. */
  texts: tf.Tensor1D
  /** int32 [3A], 1 for a match. */
  labels: tf.Tensor1D
  /** float32 [3A], 0 for a pair that could not be drawn. */
  weights: tf.Tensor
}

export type DrawInput = Pick<MatchingInput, 'similarities' | 'reverse' | 'positives' | 'seed'> & { anchors: number }

/** Draws the hard negatives of the first `anchors` rows. */
export function matchingRows(input: DrawInput): MatchingRows {
  const { similarities, reverse = tf.transpose(similarities), positives, seed, anchors } = input
  const first = (x: tf.Tensor) => tf.slice(x, [0, 0], [anchors, x.shape[1]!])
  const texts = drawNegatives(first(withoutGradient(similarities)), first(positives), fold(seed, 0))
  const pictures = drawNegatives(first(withoutGradient(reverse)), first(tf.transpose(positives)), fold(seed, 1))
  return rowsOf({ texts, pictures })
}

/** The pairs for given negatives: a text for each picture, a picture for each text. */
export function rowsOf({ texts, pictures }: Record<'texts' | 'pictures', Negatives>): MatchingRows {
  const anchors = texts.indices.shape[0]
  const own = tf.range(0, anchors, 1, 'int32') as tf.Tensor1D
  const labels = Int32Array.from({ length: 3 * anchors }, (_, row) => (row < anchors ? 1 : 0))
  return {
    pictures: tf.concat([own, pictures.indices, own], 0),
    texts: tf.concat([own, own, texts.indices], 0),
    labels: tf.tensor1d(labels, 'int32'),
    weights: tf.concat([tf.ones([anchors]), pictures.legal, texts.legal], 0),
  }
}

/** Cross-entropy of match logits [3A, 2], the mean over the pairs that count. */
export function matchingCrossEntropy(logits: tf.Tensor, { labels, weights }: MatchingRows): tf.Scalar {
  const losses = softmaxCrossEntropy(logits, labels, { smoothing: 0 })
  return tf.div(tf.sum(tf.mul(losses, weights)), tf.sum(weights))
}

/** Rows of x [B, ...] by number. Subtle: tf.gather would pass a gradient on to the numbers, and int32 has none. */
export function pick(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const [batch, ...rest] = x.shape as [number, ...number[]]
  return tf.reshape(embedding(tf.reshape(x, [batch, -1]), indices), [-1, ...rest])
}

export interface Negatives {
  /** int32 [A], a column for each row. */
  indices: tf.Tensor1D
  /** float32 [A], 0 where every column is a positive, so that the index means nothing. */
  legal: tf.Tensor
}

/**
 * Draws a negative for each row with the chance softmax(similarities) gives it; positives are blocked before the draw.
 * @param similarities [A, B]; @param positives [A, B]; @param seed int32 [2]
 */
export function drawNegatives(similarities: tf.Tensor, positives: tf.Tensor, seed: tf.Tensor): Negatives {
  const open = tf.sub(1, positives)
  const logits = tf.add(tf.mul(similarities, open), tf.mul(positives, blocked))
  return { indices: categorical(logits, seed) as tf.Tensor1D, legal: tf.max(open, 1) }
}
