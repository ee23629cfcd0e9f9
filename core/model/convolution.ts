import { groupNorm as normaliseGroups, linear, tf } from '../tensor/index.ts'
import { parameter, type Weights } from './layers.ts'

export interface ConvolutionOptions {
  stride?: number
  /** Zeros on each side. */
  padding?: number
}

/** nn.Conv2d: [B, H, W, in] → [B, H', W', out]. The weight is kept as PyTorch's [out, in, h, w]; the bias may be missing. */
export function conv(model: Weights, name: string, x: tf.Tensor, options: ConvolutionOptions = {}): tf.Tensor {
  const { stride = 1, padding = 0 } = options
  const weight = parameter(model, `${name}.weight`)
  const wide = surround(x, padding, 0)
  if (weight.shape[2] === 1 && weight.shape[3] === 1) return addBias(model, name, project(every(wide, stride), weight))
  const kernel = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D
  return addBias(model, name, tf.conv2d(wide as tf.Tensor4D, kernel, stride, 'valid'))
}

/**
 * A 1 × 1 convolution as the matrix product that it is. Subtle: oneDNN adds up such a kernel's gradient in an order that changes
 * from run to run, and a resumed run would not end with the same bits.
 */
function project(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return linear(x, tf.reshape(weight, weight.shape.slice(0, 2)))
}

/** The first of every `stride` rows and columns: [B, H, W, C] → [B, ⌈H / stride⌉, ⌈W / stride⌉, C]. */
function every(x: tf.Tensor, stride: number): tf.Tensor {
  if (stride === 1) return x
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const whole = padTo(x, rows * stride, columns * stride)
  const blocks = tf.reshape(whole, [batch * rows, stride, columns, stride * channels])
  return tf.reshape(tf.slice(blocks, [0, 0, 0, 0], [batch * rows, 1, columns, channels]), [
    batch,
    rows,
    columns,
    channels,
  ])
}

/** Zeros below and to the right. */
function padTo(x: tf.Tensor, height: number, width: number): tf.Tensor {
  const [below, right] = [height - x.shape[1]!, width - x.shape[2]!]
  const sides: [number, number][] = [[0, 0], [0, below], [0, right], [0, 0]] // prettier-ignore
  return below + right === 0 ? x : tf.pad(x, sides)
}

/**
 * nn.ConvTranspose2d: [B, H, W, in] → [B, H', W', out] with H' = (H − 1) · stride − 2 · padding + h. The weight is kept
 * as PyTorch's [in, out, h, w].
 */
export function convTransposed(
  model: Weights,
  name: string,
  x: tf.Tensor,
  options: ConvolutionOptions = {},
): tf.Tensor {
  const { stride = 1, padding = 0 } = options
  const kernel = tf.transpose(parameter(model, `${name}.weight`), [2, 3, 1, 0]) as tf.Tensor4D
  const [batch, height, width] = x.shape as [number, number, number]
  const [kernelHeight, kernelWidth, channels] = kernel.shape
  const rows = (height - 1) * stride + kernelHeight
  const columns = (width - 1) * stride + kernelWidth
  const whole = tf.conv2dTranspose(x as tf.Tensor4D, kernel, [batch, rows, columns, channels], stride, 'valid')
  const inner: [number, number, number, number] = [batch, rows - 2 * padding, columns - 2 * padding, channels]
  return addBias(model, name, padding ? tf.slice(whole, [0, padding, padding, 0], inner) : whole)
}

/** nn.GroupNorm over [B, H, W, C]; as many groups as channels make it instance normalisation. */
export function groupNorm(model: Weights, name: string, x: tf.Tensor, groups: number, epsilon = 1e-5): tf.Tensor {
  return normaliseGroups(x, parameter(model, `${name}.weight`), parameter(model, `${name}.bias`), groups, epsilon)
}

/** nn.LeakyReLU; 0.2 is DCGAN's slope. */
export const leakyRelu = (x: tf.Tensor, slope = 0.2): tf.Tensor => tf.leakyRelu(x, slope)

export interface PoolOptions {
  size: number
  stride?: number
  padding?: number
}

/** nn.MaxPool2d: padding never wins. */
export function maxPool(x: tf.Tensor, { size, stride = size, padding = 0 }: PoolOptions): tf.Tensor {
  // Subtle: not −∞, whose gradient through the padding would be NaN on some devices.
  return tf.maxPool(surround(x, padding, -3e38) as tf.Tensor4D, size, stride, 'valid')
}

/** nn.AvgPool2d: padding counts as zeros. */
export function averagePool(x: tf.Tensor, { size, stride = size, padding = 0 }: PoolOptions): tf.Tensor {
  return tf.avgPool(surround(x, padding, 0) as tf.Tensor4D, size, stride, 'valid')
}

/** Mean over all places: [B, H, W, C] → [B, C]. */
export const globalAverage = (x: tf.Tensor): tf.Tensor => tf.mean(x, [1, 2])

/** nn.Upsample, nearest: every place becomes a square of `factor` × `factor`. */
export function upsample(x: tf.Tensor, factor = 2): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  // A row's memory is place by place, so repeating channels repeats places, and repeating rows repeats rows.
  const wide = tf.reshape(repeat(x, factor, 3), [batch, height, width * factor * channels])
  return tf.reshape(repeat(wide, factor, 2), [batch, height * factor, width * factor, channels])
}

const repeat = (x: tf.Tensor, factor: number, axis: number) =>
  tf.concat(
    Array.from({ length: factor }, () => x),
    axis,
  )

const surround = (x: tf.Tensor, by: number, value: number) =>
  by === 0
    ? x
    : tf.pad(
        x,
        [
          [0, 0],
          [by, by],
          [by, by],
          [0, 0],
        ],
        value,
      )

function addBias({ parameters }: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const bias = parameters[`${name}.bias`]
  return bias ? tf.add(x, bias) : x
}
