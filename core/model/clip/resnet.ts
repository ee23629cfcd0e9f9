import { tf } from '../../tensor/index.ts'
import { encodeGrid } from '../cnn.ts'
import { attend, dense, joinHeads, parameter, splitHeads } from '../layers.ts'
import type { ClipModel } from './block.ts'
import { imageName, poolName } from './names.ts'
import type { ResidualImage } from './shape.ts'

/** The residual network's grid, read by attention: [B, S, S, 3], values 0 to 255 → [B, C] with C the last stage's channels. */
export function residualState(model: ClipModel, image: ResidualImage, images: tf.Tensor): tf.Tensor {
  return attentionPool(model, image, encodeGrid(model, imageName, image, images))
}

/** The grid's mean asks, the mean and every place of the grid answer (CLIP, model.py: AttentionPool2d). */
function attentionPool(model: ClipModel, { heads }: ResidualImage, x: tf.Tensor): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const grid = tf.reshape(x, [batch, height * width, channels])
  const tokens = tf.concat([tf.mean(grid, 1, true), grid], 1)
  const placed = tf.add(tokens, parameter(model, `${poolName}.position_embedding.weight`))
  const project = (part: string, from: tf.Tensor) => splitHeads(dense(model, `${poolName}.${part}_proj`, from), heads)
  const query = project('q', tf.slice(placed, [0, 0, 0], [batch, 1, channels]))
  const attended = attend({ query, key: project('k', placed), value: project('v', placed) }, undefined)
  return dense(model, `${poolName}.out_proj`, tf.reshape(joinHeads(attended), [batch, channels]))
}
