import { tf } from '../../tensor/index.ts'
import { encodeGrid } from '../cnn.ts'
import { dense } from '../layers.ts'
import { unit } from '../unit.ts'
import { encodeImages } from '../vision.ts'
import { gridName, regionProjection } from './names.ts'
import { meanOfParts, type AlignmentModel, type Parts } from './parts.ts'

/**
 * Regions of pictures, projected into the joint space; the whole is the projected mean of the features (VSE++ likewise
 * averages its CNN's last grid). [B, S, S, 3], values 0 to 255 → R regions each
 */
export function encodeRegions(model: AlignmentModel, images: tf.Tensor): Parts {
  const features = regionFeatures(model, images)
  const mask = tf.ones(features.shape.slice(0, 2))
  return {
    parts: unit(dense(model, regionProjection, features)),
    mask,
    whole: unit(dense(model, regionProjection, meanOfParts(features, mask))),
  }
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
