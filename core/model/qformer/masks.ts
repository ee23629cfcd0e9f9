import { tf } from '../../tensor/index.ts'
import { blocked, paddingMask } from '../bert.ts'

/**
 * The masks of the three objectives (BLIP-2, figure 2): added to the scores of attention, 0 where a place may look and
 * -1e4 or less where it may not. Queries come before text. In none of them do queries that run alone need one:
 *
 *   contrastive   queries look at queries, text at text (BERT's `paddingMask`)
 *   matching      everything looks at everything (`matchingMask`)
 *   captioning    queries look at queries, text at the queries and its own past (`captionMask`)
 *
 * Nothing ever looks at padding.
 */

/** Queries and text, both ways: int32 [B, L] → [B, 1, 1, Q + L]. */
export function matchingMask(ids: tf.Tensor, pad: number, queries: number): tf.Tensor {
  const open = tf.zeros([ids.shape[0]!, 1, 1, queries])
  return tf.concat([open, paddingMask(ids, pad)], 3)
}

/** What text may look at while it is written: int32 [B, L] → [B, 1, L, Q + L]. */
export function captionMask(ids: tf.Tensor, pad: number, queries: number): tf.Tensor {
  return tf.add(matchingMask(ids, pad, queries), pastMask(ids.shape[1]!, queries))
}

/** [1, 1, L, Q + L], blocked at the tokens that come later. */
function pastMask(length: number, queries: number): tf.Tensor {
  const places = queries + length
  const values = new Float32Array(length * places)
  for (let at = 0; at < length; at++) values.fill(blocked, at * places + queries + at + 1, (at + 1) * places)
  return tf.tensor4d(values, [1, 1, length, places])
}
