import { tf } from '../../tensor/index.ts'
import { seeded } from '../random.ts'

/** Rounds of power iteration; the start is fixed, so there is no vector to keep from step to step. */
const rounds = 6
/** What a layer may stretch: a leaky ReLU after it shrinks signals by about as much. At 1 the scores hardly leave 0. */
export const stretch = Math.SQRT2

/**
 * A weight over its largest singular value, times √2 (spectral normalisation, arXiv 1802.05957, eq. 8 and 12): the discriminator
 * can't get ever steeper, so its slopes stay of use to the generator, and it needs no norms that look at the batch.
 * @param weight [out, ...], taken as a matrix [out, rest]; same shape back
 */
export function spectralNormalise(weight: tf.Tensor): tf.Tensor {
  return normalised(weight)
}

const normalised = tf.customGrad((x, save) => {
  const weight = x as tf.Tensor
  const matrix = tf.reshape(weight, [weight.shape[0]!, -1])
  const { left, right, value } = largest(matrix)
  const unscaled = tf.div(matrix, value)
  ;(save as tf.GradSaveFunc)([left, right, value, unscaled])
  // eq. 12: the part of the gradient along the first singular vectors is taken off as far as the weight itself lies there
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [u, v, sigma, normed] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor, tf.Tensor]
    const flat = tf.reshape(dy, normed.shape)
    const along = tf.mul(tf.matMul(u, v, false, true), tf.sum(tf.mul(flat, normed)))
    return tf.reshape(tf.mul(tf.div(tf.sub(flat, along), sigma), stretch), weight.shape)
  }
  return { value: tf.reshape(tf.mul(unscaled, stretch), weight.shape), gradFunc }
})

/** Both vectors of the largest singular value, [out, 1] and [rest, 1], and the value. */
function largest(matrix: tf.Tensor): { left: tf.Tensor; right: tf.Tensor; value: tf.Tensor } {
  const w = matrix as tf.Tensor2D
  let left = startVector(w.shape[0])
  let right = left
  for (let round = 0; round < rounds; round++) {
    right = direction(tf.matMul(w, left, true, false))
    left = direction(tf.matMul(w, right))
  }
  return { left, right, value: tf.maximum(tf.sum(tf.mul(left, tf.matMul(w, right))), 1e-12) }
}

const direction = (x: tf.Tensor2D) => tf.div(x, tf.maximum(tf.sqrt(tf.sum(tf.square(x))), 1e-12)) as tf.Tensor2D

function startVector(length: number): tf.Tensor2D {
  const random = seeded(length)
  return tf.tensor2d(
    Float32Array.from({ length }, () => 2 * random() - 1),
    [length, 1],
  )
}
