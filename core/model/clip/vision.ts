import { linear, tf } from '../../tensor/index.ts'
import { norm, parameter } from '../layers.ts'
import { unit } from '../unit.ts'
import { normalise } from '../vision.ts'
import { rerunBlock, type ClipModel } from './block.ts'
import { imageLayer } from './names.ts'
import { residualState } from './resnet.ts'
import type { TransformerImage } from './shape.ts'

/** Unit image features: [B, S, S, 3], values 0 to 255 → [B, embed]. */
export function imageFeature(model: ClipModel, images: tf.Tensor): tf.Tensor {
  const { image } = model.shape
  const state = image.kind === 'vit' ? classState(model, image, images) : residualState(model, image, images)
  return unit(linear(state, parameter(model, 'visual_projection.weight')))
}

/** CLIP's ViT: a norm before the first layer, and the last one on the class token alone. [B, S, S, 3] → [B, W] */
function classState(model: ClipModel, image: TransformerImage, images: tf.Tensor): tf.Tensor {
  const { width, depth, epsilon } = image
  let x = norm(model, 'vision_model.pre_layrnorm', embedPatches(model, image, normalise(images)), epsilon)
  for (let i = 0; i < depth; i++) x = rerunBlock(model, imageLayer(i), x, image)
  const first = tf.reshape(tf.slice(x, [0, 0, 0], [x.shape[0]!, 1, width]), [x.shape[0]!, width])
  return norm(model, 'vision_model.post_layernorm', first, epsilon)
}

/** The patch convolution as reshape and matrix product; its kernel is [W, 3, P, P], so channels go before pixels. */
function embedPatches(model: ClipModel, { size, patch, width }: TransformerImage, pixels: tf.Tensor): tf.Tensor {
  const at = (part: string) => parameter(model, `vision_model.embeddings.${part}`)
  const [batch, side] = [pixels.shape[0]!, size / patch]
  const split = tf.reshape(pixels, [batch, side, patch, side, patch, 3])
  const patches = tf.reshape(tf.transpose(split, [0, 1, 3, 5, 2, 4]), [batch, side * side, 3 * patch * patch])
  const embedded = linear(patches, tf.reshape(at('patch_embedding.weight'), [width, -1]))
  const first = tf.tile(tf.reshape(at('class_embedding'), [1, 1, width]), [batch, 1, 1])
  return tf.add(tf.concat([first, embedded], 1), at('position_embedding.weight'))
}
