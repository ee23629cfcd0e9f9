import { tf } from '../../tensor/index.ts'
import { encodeGrid } from '../cnn.ts'
import { dense } from '../layers.ts'
import { shortest, unit } from '../unit.ts'
import { encodeImages } from '../vision.ts'
import { gridName, regionProjection } from './names.ts'
import { meanOfParts, type AlignmentModel, type Parts } from './parts.ts'

/** Regions of pictures in the joint space: [B, S, S, 3], values 0 to 255 → R regions each. */
export function encodeRegions(model: AlignmentModel, images: tf.Tensor): Parts {
  return projectRegions(model, regionFeatures(model, images))
}

/** Features of regions → the joint space; the whole is the projected mean (VSE++ averages its CNN's last grid too). [B, R, W] */
export function projectRegions(model: AlignmentModel, features: tf.Tensor): Parts {
  const mask = tf.ones(features.shape.slice(0, 2))
  const project = (x: tf.Tensor) => unit(dense(model, regionProjection, x), shortest)
  return { parts: project(features), mask, whole: project(meanOfParts(features, mask)) }
}

/** [B, R, W] */
function regionFeatures({ shape, parameters }: AlignmentModel, images: tf.Tensor): tf.Tensor {
  const { image } = shape
  if (image.kind === 'grid') {
    const grid = encodeGrid({ parameters }, gridName, image, images)
    const [batch, height, width, channels] = grid.shape as [number, number, number, number]
    return tf.reshape(grid, [batch, height * width, channels])
  }
  const tokens = encodeImages({ parameters, shape: { image } }, images)
  const [batch, count, width] = tokens.shape as [number, number, number]
  return tf.slice(tokens, [0, 1, 0], [batch, count - 1, width]) // the class token stands for no region
}
