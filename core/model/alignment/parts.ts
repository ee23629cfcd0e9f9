import { tf } from '../../tensor/index.ts'
import type { Model } from '../layers.ts'
import type { AlignmentShape } from './shape.ts'

export type AlignmentModel = Model<AlignmentShape>

/** One side of a match: what stands for each of N pictures or texts. */
export interface Parts {
  /** Unit vectors of the n regions or words of each, [N, n, D]. */
  parts: tf.Tensor
  /** [N, n], 1 where a part is there and 0 at padding. */
  mask: tf.Tensor
  /** One unit vector for the whole, [N, D]. */
  whole: tf.Tensor
}

/** Mean over the parts that are there: [N, n, D] and [N, n] → [N, D]. */
export function meanOfParts(parts: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const counts = tf.maximum(tf.sum(mask, 1, true), 1)
  return tf.div(tf.sum(tf.mul(parts, tf.expandDims(mask, -1)), 1), counts)
}
