import { tf } from '../tensor/index.ts'
import { withoutGradient } from './itc.ts'

export interface DiscriminatorLogits {
  /** Real picture, its own text: [B]. */
  right: tf.Tensor
  /** Real picture, another pair's text: [B]. */
  wrong: tf.Tensor
  /** Generated picture, the text it was made from: [B]. */
  fake: tf.Tensor
  /** [B], 0 where the batch has no wrong text for the picture (see `drawNegatives`). */
  legal: tf.Tensor
}

/**
 * The matching-aware discriminator's loss (GAN-INT-CLS, arXiv 1605.05396, algorithm 1; its code, main_cls_int.lua):
 * BCE(right → 1) + c · BCE(wrong → 0) + (1 − c) · BCE(fake → 0). A scalar; 2 ln 2 when every score is 0.
 * @param wrongShare c: 0.5 in both references; 0 gives the plain conditional GAN
 * @param realTarget what real pictures with their text are to score; below 1 it is one-sided label smoothing
 *   (arXiv 1606.03498, section 3.4), which keeps the generator's gradient alive
 */
export function discriminatorLoss(
  { right, wrong, fake, legal }: DiscriminatorLogits,
  { wrongShare = 0.5, realTarget = 1 } = {},
): tf.Scalar {
  const wrongLoss = tf.div(tf.sum(tf.mul(binary(wrong, 0), legal)), tf.maximum(tf.sum(legal), 1))
  const fakeLoss = tf.mean(binary(fake, 0))
  return tf.addN([
    tf.mean(binary(right, realTarget)),
    tf.mul(wrongLoss, wrongShare),
    tf.mul(fakeLoss, 1 - wrongShare),
  ]) as tf.Scalar
}

/**
 * The generator's loss, without saturation: BCE(fake → 1), plus the same for pictures made from texts that lie between two
 * others (manifold interpolation, arXiv 1605.05396, eq. 5). A scalar.
 */
export function generatorLoss(fake: tf.Tensor, between?: tf.Tensor, betweenWeight = 1): tf.Scalar {
  const loss = tf.mean(binary(fake, 1)) as tf.Scalar
  return between ? tf.add(loss, tf.mul(tf.mean(binary(between, 1)), betweenWeight)) : loss
}

/** Binary cross-entropy of each logit with a target in 0 … 1, without overflow. */
function binary(logits: tf.Tensor, target: number): tf.Tensor {
  return tf.sub(tf.softplus(logits), tf.mul(logits, target))
}

/**
 * How much the pictures of a batch differ: the mean distance of two of them, per value (a root mean square). 0 when all are
 * the same, the sign of a collapsed generator. A scalar without a gradient.
 * @param pictures [B, ...]; one alone differs from none: 0
 */
export function diversity(pictures: tf.Tensor): tf.Scalar {
  const batch = pictures.shape[0]!
  const flat = tf.reshape(withoutGradient(pictures), [batch, -1]) as tf.Tensor2D
  // distances to each other don't change when the mean goes, and the products lose fewer digits
  const rows = tf.sub(flat, tf.mean(flat, 0)) as tf.Tensor2D
  const squares = tf.sum(tf.square(rows), 1, true)
  const products = tf.matMul(rows, rows, false, true)
  const between = tf.add(tf.sub(squares, tf.mul(products, 2)), tf.transpose(squares))
  const apart = tf.sub(1, tf.eye(batch))
  const distances = tf.sqrt(tf.mul(tf.div(tf.maximum(between, 0), flat.shape[1]), apart))
  return tf.div(tf.sum(distances), Math.max(1, batch * (batch - 1)))
}

/** Mean distance of pictures from those in the same rows, per value, as `diversity` measures it. [B, ...] twice → a scalar. */
export function distance(pictures: tf.Tensor, others: tf.Tensor): tf.Scalar {
  const squares = tf.square(tf.sub(pictures, others))
  return tf.mean(tf.sqrt(tf.mean(tf.reshape(squares, [pictures.shape[0]!, -1]), 1)))
}
