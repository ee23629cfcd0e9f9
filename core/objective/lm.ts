import { ignoredLabel, softmaxCrossEntropy, tf } from '../tensor/index.ts'
import { scoreTokens, encodeText, type Memory } from '../model/text.ts'
import type { Model } from '../model/layers.ts'

export interface CaptioningOptions {
  /** Leading tokens that are given, [DEC] included: they are not learned as targets. */
  promptLength?: number
  smoothing?: number
}

/**
 * Captioning: cross-entropy of each next token, label smoothing 0.1, mean over the targets that are neither padding
 * nor prompt (BLIP, med.py).
 * @param picture keys and values of the pictures (see `rememberPicture`)
 * @param ids int32 [B, L], [DEC] first
 */
export function captioningLoss(
  model: Model,
  picture: Memory[],
  ids: tf.Tensor,
  options: CaptioningOptions = {},
): tf.Scalar {
  const [batch, length] = ids.shape as [number, number]
  const states = encodeText(model, tf.slice(ids, [0, 0], [batch, length - 1]), 'decoder', picture)
  return nextTokenLoss(scoreTokens(model, states), ids, { pad: model.shape.text.tokens.pad, ...options })
}

/**
 * As `captioningLoss`, of any model's scores.
 * @param logits [B, L - 1, V], the scores of what follows each token but the last
 * @param ids int32 [B, L]
 */
export function nextTokenLoss(
  logits: tf.Tensor,
  ids: tf.Tensor,
  { pad, promptLength = 1, smoothing = 0.1 }: CaptioningOptions & { pad: number },
): tf.Scalar {
  const labels = captionLabels(ids, pad, promptLength)
  const rows = tf.reshape(logits, [-1, logits.shape.at(-1)!])
  const losses = softmaxCrossEntropy(rows, tf.reshape(labels, [-1]), { smoothing })
  const counted = tf.cast(tf.notEqual(labels, tf.scalar(ignoredLabel, 'int32')), 'float32')
  return tf.div(tf.sum(losses), tf.maximum(tf.sum(counted), 1))
}

/** The next token of each place, or -100 for padding and prompt: int32 [B, L] → int32 [B, L - 1]. */
export function captionLabels(ids: tf.Tensor, pad: number, promptLength: number): tf.Tensor {
  const [batch, length] = ids.shape as [number, number]
  const next = tf.slice(ids, [0, 1], [batch, length - 1])
  const given = tf.tensor1d(
    Int32Array.from({ length: length - 1 }, (_, at) => (at + 1 < promptLength ? 1 : 0)),
    'int32',
  )
  const ignored = tf.logicalOr(tf.equal(next, tf.scalar(pad, 'int32')), tf.equal(given, tf.scalar(1, 'int32')))
  return tf.where(ignored, tf.fill(next.shape, ignoredLabel, 'int32'), next)
}
