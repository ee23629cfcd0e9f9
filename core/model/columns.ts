import { gelu, product, tf } from '../tensor/index.ts'
import { parameter, type Model } from './layers.ts'

/**
 * The layers of text.ts for one token of each of R captions, with captions as columns: x [W, R].
 * Weights come first in each product then and are read in the order in which they lie, which is several times as fast
 * for few captions as x · weightᵀ. No gradients and no dropout: this is for writing.
 */

/** x [in, R] → [out, R] */
export function denseColumns(model: Model, name: string, x: tf.Tensor): tf.Tensor {
  return projectColumns(x, parameter(model, `${name}.weight`), parameter(model, `${name}.bias`))
}

/** weight [out, in] · x [in, R] + bias [out] → [out, R] */
export function projectColumns(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return tf.add(product(weight, x), standing(bias))
}

/** Layer norm over each column. */
export function normColumns(model: Model, name: string, x: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, 0, true))
  const variance = tf.mean(tf.square(centred), 0, true)
  const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, model.shape.text.epsilon)))
  return tf.add(
    tf.mul(normal, standing(parameter(model, `${name}.weight`))),
    standing(parameter(model, `${name}.bias`)),
  )
}

export function feedForwardColumns(model: Model, name: string, x: tf.Tensor): tf.Tensor {
  const inner = gelu(denseColumns(model, `${name}.intermediate.dense`, x))
  return normColumns(model, `${name}.output.LayerNorm`, tf.add(denseColumns(model, `${name}.output.dense`, inner), x))
}

/** Columns of B pictures' captions → heads: [W, B × beams] → [B, H, beams, d] */
export function splitColumns(x: tf.Tensor, heads: number, beams: number): tf.Tensor {
  const [width, columns] = x.shape as [number, number]
  return tf.transpose(tf.reshape(x, [heads, width / heads, columns / beams, beams]), [2, 0, 3, 1])
}

/** [B, H, beams, d] → [W, B × beams] */
export function joinColumns(x: tf.Tensor): tf.Tensor {
  const [batch, heads, beams, depth] = x.shape as [number, number, number, number]
  return tf.reshape(tf.transpose(x, [1, 3, 0, 2]), [heads * depth, batch * beams])
}

/** [N] → [N, 1] */
function standing(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [x.size, 1])
}
