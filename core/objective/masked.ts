import { fold, ignoredLabel, randomUniform, softmaxCrossEntropy, tf } from '../tensor/index.ts'

export interface MaskingOptions {
  /** Chance of each token to be asked for. */
  rate: number
  vocabularySize: number
  /** Ids of padding, [CLS] and [MASK]. Padding and [CLS] are never asked for; [SEP] is, as in ALBEF. */
  tokens: { pad: number; cls: number; mask: number }
}

/**
 * Hides tokens for masked token prediction (BERT; ALBEF, model_pretrain.py): of those asked for, 80 % become [MASK], 10 % a
 * uniformly drawn id, 10 % stay.
 * @param ids int32 [B, L]
 * @param seed int32 [2], another one for each step
 * @returns the changed ids, and labels with -100 where nothing is asked; both int32 [B, L]
 */
export function maskTokens(
  ids: tf.Tensor,
  seed: tf.Tensor,
  options: MaskingOptions,
): { ids: tf.Tensor; labels: tf.Tensor } {
  const { rate, vocabularySize, tokens } = options
  const id = (value: number) => tf.scalar(value, 'int32')
  const draw = (use: number) => randomUniform(ids.shape, fold(seed, use))
  const open = tf.logicalAnd(tf.notEqual(ids, id(tokens.pad)), tf.notEqual(ids, id(tokens.cls)))
  const asked = tf.logicalAnd(open, tf.less(draw(0), rate))
  const fate = draw(1)
  const replaced = tf.logicalAnd(asked, tf.less(fate, 0.9))
  const drawn = tf.cast(tf.mul(draw(2), vocabularySize), 'int32')
  const replacement = tf.where(tf.less(fate, 0.8), tf.fill(ids.shape, tokens.mask, 'int32'), drawn)
  return {
    ids: tf.where(replaced, replacement, ids),
    labels: tf.where(asked, ids, tf.fill(ids.shape, ignoredLabel, 'int32')),
  }
}

export interface MaskedInput {
  /** Scores of every token [N, V]. */
  logits: tf.Tensor
  /** int32 [N], -100 where nothing is asked. */
  labels: tf.Tensor
  /** A momentum teacher's scores for the same places and their weight against the labels. */
  teacher?: { logits: tf.Tensor; alpha: number | tf.Tensor }
}

/**
 * (1 − α) · cross-entropy with the labels + α · cross-entropy with the teacher's distribution, each the mean over the places
 * that are asked for (ALBEF, eq. 7). A scalar; 0 where no place is, since a mean over nothing would be NaN.
 */
export function maskedTokenLoss({ logits, labels, teacher }: MaskedInput): tf.Scalar {
  const asked = tf.cast(tf.notEqual(labels, tf.scalar(ignoredLabel, 'int32')), 'float32')
  const count = tf.maximum(tf.sum(asked), 1)
  const hard = tf.div(tf.sum(softmaxCrossEntropy(logits, labels, { smoothing: 0 })), count) as tf.Scalar
  if (!teacher) return hard
  // no gradient reaches the teacher: its scores come from variables that the step does not train
  const rows = tf.neg(tf.sum(tf.mul(tf.softmax(teacher.logits), tf.logSoftmax(logits)), 1))
  const soft = tf.div(tf.sum(tf.mul(rows, asked)), count)
  return tf.add(tf.mul(hard, tf.sub(1, teacher.alpha)), tf.mul(soft, teacher.alpha))
}
