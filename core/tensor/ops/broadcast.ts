import { tf } from '../tfjs.ts'
import { attribute, runOperation } from './operation.ts'

/** Repeats `x` to `shape` on the device (NumPy rules). Outside of the tape: for use in gradients. */
export function broadcast(x: tf.Tensor, shape: number[]): tf.Tensor {
  if (`${x.shape}` === `${shape}`) return tf.clone(x)
  const lengths = tf.tensor1d(shape, 'int32')
  const attributes = [attribute.type('T', x.dtype), attribute.type('Tidx', 'int32')]
  const result = runOperation('BroadcastTo', attributes, [x, lengths])
  lengths.dispose()
  return result
}
