import { gelu, linear, tf } from '../tensor/index.ts'
import { attend, dense, joinHeads, norm, parameter, splitParts } from './layers.ts'
import { imageLayer } from './names.ts'
import { rerun, type Rerunning } from './rerun.ts'
import type { BlipShape } from './shape.ts'

/** Any model whose pictures BLIP's ViT encodes. */
export type VisionModel = Rerunning & { shape: Pick<BlipShape, 'image'> }

/** Mean and deviation of CLIP's pictures, which BLIP normalises with too. */
export const imageMean = [0.48145466, 0.4578275, 0.40821073]
export const imageDeviation = [0.26862954, 0.26130258, 0.27577711]

/**
 * ViT (pre-norm, exact GELU, a last norm) as in BLIP.
 * @param images [B, S, S, 3], values 0 to 255, int32 or float32
 * @returns [B, N, W]; the class token comes first
 */
export function encodeImages(model: VisionModel, images: tf.Tensor): tf.Tensor {
  const { depth, epsilon } = model.shape.image
  let x = embedPatches(model, normalise(images))
  for (let i = 0; i < depth; i++)
    x = rerun(model, [imageLayer(i)], [x], (model, [x]) => imageBlock(model, imageLayer(i), x!))
  return norm(model, 'vision_model.post_layernorm', x, epsilon)
}

/** Values 0 to 255 → zero mean and unit deviation per channel. */
export function normalise(images: tf.Tensor): tf.Tensor {
  const scale = tf.tensor1d(imageDeviation.map((deviation) => 1 / (255 * deviation)))
  const shift = tf.tensor1d(imageMean.map((mean, i) => mean / imageDeviation[i]!))
  return tf.sub(tf.mul(tf.cast(images, 'float32'), scale), shift)
}

/** The patch convolution as reshape and matrix product; its kernel is [W, 3, P, P], so channels go before pixels. */
function embedPatches(model: VisionModel, images: tf.Tensor): tf.Tensor {
  const { size, patch, width } = model.shape.image
  const [batch, side] = [images.shape[0]!, size / patch]
  const split = tf.reshape(images, [batch, side, patch, side, patch, 3])
  const patches = tf.reshape(tf.transpose(split, [0, 1, 3, 5, 2, 4]), [batch, side * side, 3 * patch * patch])
  const kernel = tf.reshape(parameter(model, 'vision_model.embeddings.patch_embedding.weight'), [width, -1])
  const embedded = linear(patches, kernel, parameter(model, 'vision_model.embeddings.patch_embedding.bias'))
  const first = tf.tile(parameter(model, 'vision_model.embeddings.class_embedding'), [batch, 1, 1])
  return tf.add(tf.concat([first, embedded], 1), parameter(model, 'vision_model.embeddings.position_embedding'))
}

function imageBlock(model: VisionModel, name: string, x: tf.Tensor): tf.Tensor {
  const { epsilon } = model.shape.image
  const attended = tf.add(x, selfAttention(model, `${name}.self_attn`, norm(model, `${name}.layer_norm1`, x, epsilon)))
  const inner = gelu(dense(model, `${name}.mlp.fc1`, norm(model, `${name}.layer_norm2`, attended, epsilon)))
  return tf.add(attended, dense(model, `${name}.mlp.fc2`, inner))
}

function selfAttention(model: VisionModel, name: string, x: tf.Tensor): tf.Tensor {
  const { heads } = model.shape.image
  const [query, key, value] = splitParts(dense(model, `${name}.qkv`, x), 3, heads)
  const attended = attend({ query: query!, key: key!, value: value! }, undefined)
  return dense(model, `${name}.projection`, joinHeads(attended))
}
