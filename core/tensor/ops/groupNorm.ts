import { tf } from '../tfjs.ts'

/**
 * Normalises each group of channels of each picture to mean 0 and variance 1 (biased), then scales and shifts channels.
 * x [B, H, W, C], gamma [C], beta [C] → [B, H, W, C]. Same as torch.nn.functional.group_norm on NCHW; as many groups as
 * channels make it instance_norm. No running statistics, so training and use are the same, and so is any batch size.
 */
export function groupNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, groups: number, epsilon: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const flat = tf.reshape(x, [batch, height * width, channels])
  return tf.reshape(normalise(groups, epsilon)(flat, gamma, beta), x.shape)
}

const normalise = (groups: number, epsilon: number) =>
  tf.customGrad((x, gamma, beta, save) => {
    const [input, scale, shift] = [x as tf.Tensor, gamma as tf.Tensor, beta as tf.Tensor]
    const centred = tf.sub(input, groupMean(input, groups))
    const inverse = tf.rsqrt(tf.add(groupMean(tf.square(centred), groups), epsilon))
    const normal = tf.mul(centred, inverse)
    ;(save as tf.GradSaveFunc)([normal, inverse, scale])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy, saved, groups)
    return { value: tf.add(tf.mul(normal, scale), shift), gradFunc }
  })

/** As in layerNorm: dx = inverse · (g − mean(g) − normal · mean(g · normal)) with g = dy · gamma. */
function gradient(dy: tf.Tensor, saved: tf.Tensor[], groups: number): tf.Tensor[] {
  const [normal, inverse, gamma] = saved as [tf.Tensor, tf.Tensor, tf.Tensor]
  const g = tf.mul(dy, gamma)
  const projected = tf.mul(normal, groupMean(tf.mul(g, normal), groups))
  const dx = tf.mul(inverse, tf.sub(tf.sub(g, groupMean(g, groups)), projected))
  return [dx, tf.sum(tf.mul(dy, normal), [0, 1]), tf.sum(dy, [0, 1])]
}

/** Mean over places and over the channels of a group, for each channel: [B, N, C] → [B, 1, C]. */
function groupMean(x: tf.Tensor, groups: number): tf.Tensor {
  const [batch, , channels] = x.shape as [number, number, number]
  const each = tf.mean(x, 1) // the long axis first: what is left to average is small
  if (groups === channels) return tf.reshape(each, [batch, 1, channels])
  const means = tf.mean(tf.reshape(each, [batch, groups, channels / groups]), -1, true)
  return tf.reshape(tf.mul(means, tf.ones([1, 1, channels / groups])), [batch, 1, channels])
}
