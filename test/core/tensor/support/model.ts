import {
  adamW,
  attention,
  clipByGlobalNorm,
  embedding,
  gelu,
  layerNorm,
  linear,
  softmaxCrossEntropy,
  tf,
  valueAndGradients,
} from '../../../../core/tensor/index.ts'

/** Size of the test model: a ViT whose patches a text decoder with cross-attention reads. */
export interface Size {
  batch: number
  layers: number
  width: number
  heads: number
  vocabulary: number
  length: number
  image: number
  patch: number
}

export const tiny: Size = { batch: 2, layers: 1, width: 16, heads: 2, vocabulary: 20, length: 5, image: 8, patch: 4 }
/** 1.6 M parameters */
export const small: Size = {
  batch: 8,
  layers: 4,
  width: 64,
  heads: 1,
  vocabulary: 4000,
  length: 24,
  image: 64,
  patch: 16,
}

/** Parameters by name, made on first use from a fixed sequence. */
export function newParameters() {
  const variables = new Map<string, tf.Variable>()
  let seed = 1
  const get = (name: string, shape: number[], fill?: number): tf.Variable => {
    let variable = variables.get(name)
    if (!variable) {
      const initial = fill === undefined ? tf.randomNormal(shape, 0, 0.05, 'float32', seed++) : tf.fill(shape, fill)
      variable = tf.variable(initial, true)
      initial.dispose()
      variables.set(name, variable)
    }
    return variable
  }
  return Object.assign(get, { variables })
}

export type Parameters = ReturnType<typeof newParameters>

/** Mean loss of captions given images. images [B, S, S, 3], ids and labels int32 [B, T]. */
export function captionLoss(
  p: Parameters,
  size: Size,
  images: tf.Tensor,
  ids: tf.Tensor,
  labels: tf.Tensor,
): tf.Tensor {
  const { batch, width, vocabulary, length } = size
  const seen = encode(p, size, images)
  let x = tf.add(embedding(p('words', [vocabulary, width]), ids), p('text/position', [1, length, width]))
  for (let layer = 0; layer < size.layers; layer++) {
    x = norm(p, `text/${layer}/a`, tf.add(x, attend(p, `text/${layer}/self`, size, x, x, causal(length))))
    x = norm(p, `text/${layer}/b`, tf.add(x, attend(p, `text/${layer}/cross`, size, x, seen)))
    x = norm(p, `text/${layer}/c`, tf.add(x, feedForward(p, `text/${layer}`, width, x)))
  }
  const logits = linear(
    tf.reshape(x, [batch * length, width]),
    p('words', [vocabulary, width]),
    p('text/bias', [vocabulary], 0),
  )
  return tf.mean(softmaxCrossEntropy(logits, tf.reshape(labels, [-1]), { smoothing: 0.1 }))
}

function encode(p: Parameters, { batch, image, patch, width, ...size }: Size, images: tf.Tensor): tf.Tensor {
  const side = image / patch
  const cut = tf.transpose(tf.reshape(images, [batch, side, patch, side, patch * 3]), [0, 1, 3, 2, 4])
  const patches = tf.reshape(cut, [batch, side * side, patch * patch * 3])
  let x = tf.add(
    dense(p, 'image/patch', patches, patch * patch * 3, width),
    p('image/position', [1, side * side, width]),
  )
  for (let layer = 0; layer < size.layers; layer++) {
    const normal = norm(p, `image/${layer}/a`, x)
    x = tf.add(x, attend(p, `image/${layer}`, { batch, image, patch, width, ...size }, normal, normal))
    x = tf.add(x, feedForward(p, `image/${layer}`, width, norm(p, `image/${layer}/b`, x)))
  }
  return norm(p, 'image/end', x)
}

function dense(p: Parameters, name: string, x: tf.Tensor, inputs: number, outputs: number): tf.Tensor {
  return linear(x, p(`${name}/weight`, [outputs, inputs]), p(`${name}/bias`, [outputs], 0))
}

function norm(p: Parameters, name: string, x: tf.Tensor): tf.Tensor {
  const width = x.shape.at(-1)!
  return layerNorm(x, p(`${name}/gamma`, [width], 1), p(`${name}/beta`, [width], 0), 1e-6)
}

function feedForward(p: Parameters, name: string, width: number, x: tf.Tensor): tf.Tensor {
  return dense(p, `${name}/down`, gelu(dense(p, `${name}/up`, x, width, 4 * width)), 4 * width, width)
}

function attend(
  p: Parameters,
  name: string,
  { heads, width }: Size,
  x: tf.Tensor,
  from: tf.Tensor,
  mask?: tf.Tensor,
): tf.Tensor {
  const split = (y: tf.Tensor) =>
    tf.transpose(tf.reshape(y, [y.shape[0]!, y.shape[1]!, heads, width / heads]), [0, 2, 1, 3])
  const [q, k, v] = [
    dense(p, `${name}/q`, x, width, width),
    dense(p, `${name}/k`, from, width, width),
    dense(p, `${name}/v`, from, width, width),
  ]
  const mixed = tf.transpose(attention(split(q), split(k), split(v), mask), [0, 2, 1, 3])
  return dense(p, `${name}/out`, tf.reshape(mixed, x.shape), width, width)
}

/** 0 on and below the diagonal, -10000 above. */
function causal(length: number): tf.Tensor {
  const values = Float32Array.from({ length: length * length }, (_, index) =>
    index % length > Math.floor(index / length) ? -1e4 : 0,
  )
  return tf.tensor(values, [1, 1, length, length])
}

/** A model with its optimiser state and one training step. */
export function newTraining(size: Size) {
  const p = newParameters()
  const batch = exampleBatch(size)
  tf.tidy(() => captionLoss(p, size, ...batchTensors(size, batch))) // makes the parameters
  const parameters = [...p.variables.values()]
  const moments = parameters.map((parameter) => [zeros(parameter.shape), zeros(parameter.shape)] as const)
  const step = (
    images: tf.Tensor,
    ids: tf.Tensor,
    labels: tf.Tensor,
    rate: tf.Tensor,
    count: tf.Tensor,
  ): tf.Tensor[] => {
    const { value, gradients } = valueAndGradients(() => captionLoss(p, size, images, ids, labels), parameters)
    const clipped = clipByGlobalNorm(gradients, 1)
    parameters.forEach((parameter, index) => {
      const [m, v] = moments[index]!
      adamW({
        parameter,
        gradient: clipped.gradients[index]!,
        m,
        v,
        rate,
        step: count,
        beta1: 0.9,
        beta2: 0.98,
        epsilon: 1e-6,
        decay: 0.05,
      })
    })
    return [value, clipped.norm]
  }
  return { p, parameters, state: [...parameters, ...moments.flat()], step, batch, specs: specsOf(size) }
}

function zeros(shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(shape), false))
}

export type Batch = [Float32Array, Int32Array, Int32Array]

export function exampleBatch({ batch, image, length, vocabulary }: Size): Batch {
  let state = 7
  const next = () => (state = (state * 16807) % 2147483647) / 2147483647
  const images = Float32Array.from({ length: batch * image * image * 3 }, () => next() * 2 - 1)
  const ids = Int32Array.from({ length: batch * length }, () => Math.floor(next() * vocabulary))
  const labels = ids.map((id, index) => (index % 5 === 0 ? -100 : (id + 1) % vocabulary))
  return [images, ids, labels]
}

export function batchTensors(
  { batch, image, length }: Size,
  [images, ids, labels]: Batch,
): [tf.Tensor, tf.Tensor, tf.Tensor] {
  return [
    tf.tensor(images, [batch, image, image, 3]),
    tf.tensor(ids, [batch, length], 'int32'),
    tf.tensor(labels, [batch, length], 'int32'),
  ]
}

function specsOf({ batch, image, length }: Size) {
  return [
    { shape: [batch, image, image, 3], dtype: 'float32' as const },
    { shape: [batch, length], dtype: 'int32' as const },
    { shape: [batch, length], dtype: 'int32' as const },
    { shape: [], dtype: 'float32' as const },
    { shape: [], dtype: 'float32' as const },
  ]
}
