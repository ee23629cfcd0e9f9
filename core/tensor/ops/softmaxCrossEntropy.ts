import { tf } from '../tfjs.ts'
import { attribute, runOperation, runOperations } from './operation.ts'

/** The label of a position that has no target. */
export const ignoredLabel = -100

/**
 * −log softmax(logits)[label] per row. logits [N, V], labels int32 [N] → [N].
 * A label of -100 gives loss 0 and gradient 0. With smoothing s: (1 − s) · nll + s · mean over classes of −log p, as torch.
 */
export function softmaxCrossEntropy(logits: tf.Tensor, labels: tf.Tensor, { smoothing = 0 } = {}): tf.Tensor {
  return crossEntropy(labels, smoothing)(logits)
}

const crossEntropy = (labels: tf.Tensor, smoothing: number) =>
  tf.customGrad((logits, save) => {
    const scores = logits as tf.Tensor
    const valid = tf.cast(tf.notEqual(labels, ignoredLabel), 'float32')
    const safe = tf.mul(labels, tf.cast(valid, 'int32'))
    const attributes = [attribute.type('T', 'float32'), attribute.type('Tlabels', 'int32')]
    const [nll, slope] = runOperations('SparseSoftmaxCrossEntropyWithLogits', attributes, [scores, safe], 2) as [
      tf.Tensor,
      tf.Tensor,
    ]
    const { loss, gradient } =
      smoothing === 0 ? { loss: nll, gradient: slope } : smoothed(scores, nll, slope, smoothing)
    ;(save as tf.GradSaveFunc)([gradient, valid])
    return { value: tf.mul(loss, valid), gradFunc: scaleRows }
  })

/** slope is softmax − onehot; the smooth part's gradient is softmax − 1/V. */
function smoothed(scores: tf.Tensor, nll: tf.Tensor, slope: tf.Tensor, smoothing: number) {
  const logs = runOperation('LogSoftmax', [attribute.type('T', 'float32')], [scores])
  const smooth = tf.neg(tf.mean(logs, 1))
  const loss = tf.add(tf.mul(nll, 1 - smoothing), tf.mul(smooth, smoothing))
  const even = tf.sub(tf.exp(logs), 1 / scores.shape[1]!)
  return { loss, gradient: tf.add(tf.mul(slope, 1 - smoothing), tf.mul(even, smoothing)) }
}

function scaleRows(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor {
  const [gradient, valid] = saved as [tf.Tensor, tf.Tensor]
  return tf.mul(gradient, tf.expandDims(tf.mul(dy, valid), 1))
}
