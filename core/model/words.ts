import { tf } from '../tensor/index.ts'
import type { TokenIds } from './shape.ts'

/** Where the words are: int32 [B, L] → float32 [B, L], 0 at padding and at the marks of beginning and end. */
export function wordMask(ids: tf.Tensor, { pad, cls, sep, dec, enc }: TokenIds): tf.Tensor {
  const marks = [pad, cls, sep, dec, enc].map((mark) => tf.cast(tf.notEqual(ids, tf.scalar(mark, 'int32')), 'float32'))
  return marks.reduce((mask, other) => tf.mul(mask, other))
}
