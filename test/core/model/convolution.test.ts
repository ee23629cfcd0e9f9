import { beforeAll, expect, test } from 'vitest'
import * as layers from '../../../core/model/convolution.ts'
import type { HostTensors } from '../../../core/model/parameters.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
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
