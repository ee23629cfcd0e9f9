import { tf } from '../tensor/index.ts'

/** The range that the temperature is kept in, as in BLIP. */
export const temperatureRange = [0.001, 0.5] as const

export interface ContrastiveInput {
  /** Unit features of the batch [B, D]; gradients flow through these. */
  image: tf.Tensor
  text: tf.Tensor
  /** What the batch is compared with [K, D], its own pairs first; the batch itself if left out. */
  imageKeys?: tf.Tensor
  textKeys?: tf.Tensor
  /** [B, K], 1 where a row and a key belong together (see `positivePairs`). */
  positives: tf.Tensor
  /** [K], 0 for keys that are not there (see `presentKeys`); all count if left out. */
  present?: tf.Tensor | undefined
  /** Scalar; kept in range by `clampTemperature`. */
  temperature: tf.Tensor
  /** A teacher's unit features of the batch and the weight of its similarities in the targets. */
  teacher?: { image: tf.Tensor; text: tf.Tensor; alpha: number | tf.Tensor } | undefined
}

/** Added to the logits of absent keys: below any similarity (cosine over the least temperature is -1000). */
const absent = -1e4

/**
 * Symmetric contrastive loss (InfoNCE) with several positives a row: the targets are uniform over the positives,
 * mixed with a teacher's softmax if there is one (BLIP, ALBEF). A scalar; ln K when all features are zero.
 */
export function contrastiveLoss(input: ContrastiveInput): tf.Scalar {
  const { image, text, imageKeys = image, textKeys = text, present, temperature, teacher } = input
  const compare = (rows: tf.Tensor, keys: tf.Tensor) => hide(similarities(rows, keys, temperature), present)
  const targets = tf.div(input.positives, tf.sum(input.positives, 1, true))
  const soften = (soft: tf.Tensor) => mix(targets, soft, teacher!.alpha)
  const toText = teacher ? soften(teacherTargets(compare(teacher.image, textKeys))) : targets
  const toImage = teacher ? soften(teacherTargets(compare(teacher.text, imageKeys))) : targets
  const imageToText = crossEntropy(compare(image, textKeys), toText)
  const textToImage = crossEntropy(compare(text, imageKeys), toImage)
  return tf.mul(tf.add(imageToText, textToImage), 0.5)
}

/** Cosines over the temperature: [B, D] and [K, D] → [B, K]. */
export function similarities(rows: tf.Tensor, keys: tf.Tensor, temperature: tf.Tensor): tf.Tensor {
  return tf.div(tf.matMul(rows as tf.Tensor2D, keys as tf.Tensor2D, false, true), temperature)
}

/**
 * 1 where two pairs share the picture or the caption, so that neither may count as the other's negative.
 * @param rows, keys int32 ids: `sample` of the picture, `caption` of its text (equal texts, equal id)
 * @returns float32 [B, K]
 */
export function positivePairs(rows: PairIds, keys: PairIds = rows): tf.Tensor {
  return tf.cast(tf.logicalOr(same(rows.sample, keys.sample), same(rows.caption, keys.caption)), 'float32')
}

export interface PairIds {
  /** int32 [B] */
  sample: tf.Tensor
  /** int32 [B] */
  caption: tf.Tensor
}

/** Puts the temperature back in range; call it after each optimiser step. */
export function clampTemperature(temperature: tf.Variable): void {
  temperature.assign(tf.clipByValue(temperature, ...temperatureRange))
}

function same(rows: tf.Tensor, keys: tf.Tensor): tf.Tensor {
  return tf.equal(tf.reshape(rows, [-1, 1]), tf.reshape(keys, [1, -1]))
}

/** Mean over rows of -Σ target log softmax(logits). */
function crossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)))
}

/** The teacher gets no gradient: its targets are constants of the step. */
function teacherTargets(logits: tf.Tensor): tf.Tensor {
  return withoutGradient(tf.softmax(logits))
}

/** Logits [B, K] with those of absent keys out of the way. */
function hide(logits: tf.Tensor, present: tf.Tensor | undefined): tf.Tensor {
  return present ? tf.add(logits, tf.mul(tf.sub(1, present), absent)) : logits
}

function mix(hard: tf.Tensor, soft: tf.Tensor, alpha: number | tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(soft, alpha), tf.mul(hard, tf.sub(1, alpha)))
}

/** The same values, through which no gradient flows. */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  // Subtle: x is not an input of this operation, so that the tape has no way back through it. An input with a zero
  // gradient would not do: integers and comparisons made from x would still be asked for gradients they don't have.
  const detached = tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => tf.scalar(0) }))
  return detached(tf.scalar(0))
}
