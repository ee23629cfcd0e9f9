import { randomNormal, tf } from '../../tensor/index.ts'
import { conditionOf, generate, toBytes } from './generator.ts'
import { encodeText, type GanModel } from './text.ts'

/**
 * One picture with a row for each caption and a column for each draw of noise. All rows share their draws, so that down a column
 * only the caption changes, and along a row only the noise. A pure function: the same weights, captions and seed give the
 * same grid.
 * @param ids int32 [C, L]
 * @param seed int32 [2]
 * @returns [C · S, columns · S, 3], whole values 0 to 255
 */
export function generateGrid(model: GanModel, ids: tf.Tensor, seed: tf.Tensor, columns = 8): tf.Tensor {
  const { size } = model.shape.image
  const rows = ids.shape[0]!
  const { mean } = conditionOf(model, encodeText(model, ids))
  const conditions = tf.reshape(tf.tile(tf.expandDims(mean, 1), [1, columns, 1]), [rows * columns, -1])
  const noise = tf.tile(randomNormal([columns, model.shape.noise], seed), [rows, 1])
  const pictures = toBytes(generate(model, conditions, noise))
  // [rows, columns, S, S · 3] keeps the rank that transposing backends like
  const apart = tf.reshape(pictures, [rows, columns, size, size * 3])
  return tf.reshape(tf.transpose(apart, [0, 2, 1, 3]), [rows * size, columns * size, 3])
}
