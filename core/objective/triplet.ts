import { tf } from '../tensor/index.ts'

/**
 * Which negatives of a row count. sum: all (VSE0). hardest: the most similar one (VSE++). semi-hard: the most similar one that
 * is less similar than the row's own partner (FaceNet, arXiv 1503.03832, 3.2), for a start or for noisy pairs.
 */
export type NegativeChoice = 'sum' | 'hardest' | 'semi-hard'

export interface TripletInput {
  /** Similarities of B pictures with their B texts, [B, B]: own pairs on the diagonal. */
  similarities: tf.Tensor
  /** [B, B], 1 where a picture and a text belong together; they are never negatives of each other. */
  positives: tf.Tensor
  margin: number
  negatives: NegativeChoice
}

/**
 * Hinge loss of triplets, pictures by texts and texts by pictures, summed over the batch (VSE++, arXiv 1707.05612, eq. 5 and 6;
 * its reference sums too). A scalar: 2 · B · margin for `hardest` when all similarities are equal, the sign of a collapsed space.
 */
export function tripletLoss({ similarities, positives, margin, negatives }: TripletInput): tf.Scalar {
  const open = tf.sub(1, positives)
  const own = tf.sum(tf.mul(similarities, tf.eye(similarities.shape[0]!)), 1, true)
  const texts = violations(similarities, own, margin)
  const pictures = violations(tf.transpose(similarities), own, margin)
  return tf.add(
    chosen(tf.mul(texts, open), margin, negatives),
    chosen(tf.mul(pictures, tf.transpose(open)), margin, negatives),
  )
}

/** How far each entry of a row comes within the margin of the row's own pair, at least 0. */
function violations(similarities: tf.Tensor, own: tf.Tensor, margin: number): tf.Tensor {
  return tf.relu(tf.add(tf.sub(similarities, own), margin))
}

function chosen(costs: tf.Tensor, margin: number, negatives: NegativeChoice): tf.Scalar {
  if (negatives === 'sum') return tf.sum(costs)
  // a cost below the margin belongs to a negative that is less similar than the own partner
  const counted = negatives === 'hardest' ? costs : tf.mul(costs, tf.cast(tf.less(costs, margin), 'float32'))
  return tf.sum(tf.max(counted, 1))
}
