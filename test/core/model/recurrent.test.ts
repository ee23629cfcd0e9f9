import { beforeAll, expect, test } from 'vitest'
import type { HostTensors } from '../../../core/model/parameters.ts'
import { bidirectional, gru, gruStep, lastOutput, lstm, lstmStep } from '../../../core/model/recurrent.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { layerError, loadLayers } from './goldenLayers.ts'

let golden: HostTensors
beforeAll(async () => {
  await startTensor()
  golden = await loadLayers()
})

const tolerance = 2e-5

for (const [kind, layer] of [
  ['lstm', lstm],
  ['gru', gru],
] as const) {
  test(`${kind} agrees with PyTorch, gradients too`, () =>
    expect(layerError(golden, kind, (model, x) => layer(model, 'layer', x))).toBeLessThan(tolerance))
  test(`${kind} goes past padding as PyTorch's packed sequences do`, () =>
    expect(layerError(golden, `${kind}-padded`, (model, x, mask) => layer(model, 'layer', x, { mask }))).toBeLessThan(
      tolerance,
    ))
  test(`${kind} in both directions agrees with PyTorch`, () =>
    expect(layerError(golden, `${kind}-both`, (model, x) => bidirectional(kind, model, 'layer', x))).toBeLessThan(
      tolerance,
    ))
  test(`${kind} in both directions starts backwards at the last word`, () =>
    expect(
      layerError(golden, `${kind}-both-padded`, (model, x, mask) => bidirectional(kind, model, 'layer', x, mask)),
    ).toBeLessThan(tolerance))
}

test('step by step they give the same', () => {
  const steps =
    (step: typeof lstmStep, width: number, states: number) => (model: Parameters<typeof lstm>[0], x: tf.Tensor) => {
      let state = Array.from({ length: states }, () => tf.zeros([x.shape[0]!, width]) as tf.Tensor)
      return tf.stack(
        tf.unstack(x, 1).map((input) => (state = step(model, 'layer', input, state))[0]!),
        1,
      )
    }
  expect(layerError(golden, 'lstm', steps(lstmStep, 6, 2))).toBeLessThan(tolerance)
  expect(layerError(golden, 'gru', steps(gruStep, 6, 1))).toBeLessThan(tolerance)
})

test('the last output is that of the last word, and 0 for a row without words', () => {
  const outputs = tf.tensor3d([
    [[1], [2], [3]],
    [[4], [5], [6]],
    [[7], [8], [9]],
  ])
  const mask = tf.tensor2d([
    [1, 1, 0],
    [1, 1, 1],
    [0, 0, 0],
  ])
  expect([...lastOutput(outputs, mask).dataSync()]).toEqual([2, 6, 0])
})
