import { beforeAll, expect, test } from 'vitest'
import * as layers from '../../../core/model/convolution.ts'
import type { HostTensors } from '../../../core/model/parameters.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { difference } from '../tensor/support/check.ts'
import { layerError, loadLayers } from './goldenLayers.ts'

let golden: HostTensors
beforeAll(async () => {
  await startTensor()
  golden = await loadLayers()
})

const tolerance = 2e-5
type Run = Parameters<typeof layerError>[2]

const cases: Record<string, Run> = {
  conv: (model, x) => layers.conv(model, 'layer', x, { stride: 2, padding: 1 }),
  'conv-plain': (model, x) => layers.conv(model, 'layer', x),
  'conv-wide': (model, x) => layers.conv(model, 'layer', x, { stride: 2, padding: 1 }),
  transposed: (model, x) => layers.convTransposed(model, 'layer', x, { stride: 2, padding: 1 }),
  'transposed-first': (model, x) => layers.convTransposed(model, 'layer', x),
  'group-norm': (model, x) => layers.groupNorm(model, 'layer', x, 2),
  'instance-norm': (model, x) => layers.groupNorm(model, 'layer', x, 4),
  leaky: (_, x) => layers.leakyRelu(x),
  'max-pool': (_, x) => layers.maxPool(x, { size: 3, stride: 2, padding: 1 }),
  'average-pool': (_, x) => layers.averagePool(x, { size: 2 }),
  upsample: (_, x) => layers.upsample(x),
}

for (const [name, run] of Object.entries(cases)) {
  test(`${name} agrees with PyTorch, gradients too`, () => {
    expect(layerError(golden, name, run)).toBeLessThan(tolerance)
  })
}

test('pictures of one colour keep their norms finite', () => {
  const parameters = { 'norm.weight': tf.ones([4]), 'norm.bias': tf.fill([4], 0.5) }
  const y = layers.groupNorm({ parameters }, 'norm', tf.fill([1, 2, 2, 4], 3), 2).dataSync()
  expect([...y]).toEqual(Array(16).fill(0.5))
})

test('a convolution of single places takes every second of them, of odd sides too, with gradients', () => {
  const x = tf.tensor(
    Float32Array.from({ length: 2 * 5 * 4 * 3 }, (_, i) => Math.sin(i)),
    [2, 5, 4, 3],
  ) as tf.Tensor4D
  const weight = tf.tensor(
    Float32Array.from({ length: 6 }, (_, i) => Math.cos(i)),
    [2, 3, 1, 1],
  )
  const ours = (x: tf.Tensor, w: tf.Tensor) => layers.conv({ parameters: { 'c.weight': w } }, 'c', x, { stride: 2 })
  const plain = (x: tf.Tensor, w: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D, 2, 'valid')
  const computed = (f: typeof ours) => [f(x, weight), ...tf.grads((x, w) => tf.sum(tf.square(f(x!, w!))))([x, weight])]
  const [given, expected] = [ours, plain].map((f) => computed(f).map((y) => ({ shape: y.shape, data: y.dataSync() })))
  for (const [i, { shape, data }] of expected!.entries()) {
    expect(given![i]!.shape).toEqual(shape)
    expect(difference(given![i]!.data, data)).toBeLessThan(tolerance)
  }
})
