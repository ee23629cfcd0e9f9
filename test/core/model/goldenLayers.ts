import { readSafetensors } from '../../../core/checkpoint/safetensors.ts'
import type { Weights } from '../../../core/model/layers.ts'
import type { HostTensors } from '../../../core/model/parameters.ts'
import { tf } from '../../../core/tensor/index.ts'
import { difference } from '../tensor/support/check.ts'
import { goldenFolder } from './golden.ts'

/** What scripts/golden/make_layers.py had PyTorch compute. */
export const loadLayers = () => readSafetensors(`${goldenFolder}layers.safetensors`)

type Layer = (model: Weights, x: tf.Tensor, mask: tf.Tensor) => tf.Tensor

/** The largest difference of a layer's output and of all its gradients from PyTorch's. Its parameters are called `layer.…`. */
export function layerError(golden: HostTensors, name: string, layer: Layer): number {
  const at = (key: string) => golden[`${name}/${key}`]!
  const names = Object.keys(golden)
    .filter((key) => key.startsWith(`${name}/parameter.`))
    .map((key) => key.slice(`${name}/parameter.`.length))
  return tf.tidy(() => {
    const tensor = (key: string) => tf.tensor(at(key).data, at(key).shape)
    const run = (x: tf.Tensor, ...values: tf.Tensor[]) => {
      const parameters = Object.fromEntries(names.map((key, i) => [`layer.${key}`, values[i]!]))
      return layer({ parameters }, x, golden[`${name}/mask`] ? tensor('mask') : tf.scalar(1))
    }
    const inputs = [tensor('x'), ...names.map((key) => tensor(`parameter.${key}`))]
    const value = run(inputs[0]!, ...inputs.slice(1))
    const gradients = tf.grads((...x: tf.Tensor[]) => tf.sum(tf.mul(run(x[0]!, ...x.slice(1)), tensor('dy'))))(inputs)
    const errors = ['x', ...names].map((key, i) => compare(gradients[i]!, at(`gradient.${key}`)))
    return Math.max(compare(value, at('y')), ...errors)
  })
}

function compare(given: tf.Tensor, expected: { shape: number[]; data: Float32Array }): number {
  return `${given.shape}` === `${expected.shape}` ? difference(given.dataSync(), expected.data) : Infinity
}
