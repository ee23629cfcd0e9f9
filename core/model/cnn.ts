import { tf } from '../tensor/index.ts'
import { conv, groupNorm } from './convolution.ts'
import type { Weights } from './layers.ts'
import { cnnBlock, type CnnShape } from './names-cnn.ts'
import { normalise } from './vision.ts'

/**
 * A small residual CNN (He et al. 2016, basic blocks; group norms, so that neither the batch nor training matters).
 * @param images [B, S, S, 3], values 0 to 255
 * @returns the grid of features [B, h, w, C]; `cnnGrid` gives its side
 */
export function encodeGrid(model: Weights, name: string, shape: CnnShape, images: tf.Tensor): tf.Tensor {
  let x = conv(model, `${name}.conv1`, normalise(images), { stride: 2, padding: 1 })
  x = tf.relu(groupNorm(model, `${name}.norm1`, x, shape.groups))
  for (const [stage] of shape.widths.entries()) {
    for (let block = 0; block < shape.blocks; block++) {
      x = residualBlock(model, cnnBlock(name, stage, block), shape.groups, x, stage > 0 && block === 0)
    }
  }
  return x
}

/** Two 3 × 3 convolutions beside a shortcut; one that halves the grid has a convolution there too. */
function residualBlock(model: Weights, at: string, groups: number, x: tf.Tensor, halves: boolean): tf.Tensor {
  const stride = halves ? 2 : 1
  const normed = (name: string, y: tf.Tensor) => groupNorm(model, `${at}.${name}`, y, groups)
  const first = tf.relu(normed('norm1', conv(model, `${at}.conv1`, x, { stride, padding: 1 })))
  const second = normed('norm2', conv(model, `${at}.conv2`, first, { padding: 1 }))
  const shortcut = halves ? normed('downsample.norm', conv(model, `${at}.downsample.0`, x, { stride })) : x
  return tf.relu(tf.add(second, shortcut))
}
