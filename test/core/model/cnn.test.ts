import { beforeAll, expect, test } from 'vitest'
import { encodeGrid } from '../../../core/model/cnn.ts'
import { cnnGrid, cnnInitial, cnnNames } from '../../../core/model/names-cnn.ts'
import { capture, startTensor, tf } from '../../../core/tensor/index.ts'
import { difference, numbers } from '../tensor/support/check.ts'

beforeAll(() => startTensor())

const shape = { widths: [8, 16], blocks: 2, groups: 4 }
const size = 18

/** Random everywhere, unlike a fresh model, whose blocks start as their shortcuts. */
const parameters = () =>
  Object.fromEntries(
    cnnNames('cnn', shape).map(([name, dims], i) => {
      const values = numbers(
        dims.reduce((product, length) => product * length, 1),
        i + 1,
      )
      return [
        name,
        tf.variable(
          tf.tensor(
            values.map((value) => (name.includes('norm') ? 1 + value / 4 : value / 4)),
            dims,
          ),
        ),
      ]
    }),
  )

const images = () =>
  tf.tensor(
    numbers(2 * size * size * 3, 7).map((value) => Math.round(127.5 * (value + 1))),
    [2, size, size, 3],
    'int32',
  )

test('makes a grid of features as large as is said beforehand', () => {
  const grid = encodeGrid({ parameters: parameters() }, 'cnn', shape, images())
  expect(grid.shape).toEqual([2, 5, 5, 16])
  expect(cnnGrid(size, shape)).toBe(5)
})

test("a picture's features don't depend on what else is in the batch", () => {
  const model = { parameters: parameters() }
  const both = encodeGrid(model, 'cnn', shape, images())
  const alone = encodeGrid(model, 'cnn', shape, tf.slice(images(), [1, 0, 0, 0], [1, size, size, 3]))
  expect(difference(alone.dataSync(), tf.slice(both, [1, 0, 0, 0], [1, 5, 5, 16]).dataSync())).toBeLessThan(1e-5)
})

test('every parameter gets the slope that its difference shows', () => {
  const variables = parameters()
  const weights = tf.tensor(numbers(2 * 25 * 16, 3), [2, 5, 5, 16])
  const loss = () =>
    tf.mean(tf.mul(encodeGrid({ parameters: variables }, 'cnn', shape, images()), weights)) as tf.Scalar
  const { grads } = tf.variableGrads(loss)
  const slopes = Object.values(variables).map((variable) => {
    const gradient = grads[variable.name]!
    const direction = tf.div(gradient, tf.add(tf.norm(gradient), 1e-12))
    const start = variable.clone()
    const at = (by: number) => {
      variable.assign(tf.add(start, tf.mul(direction, by)))
      return loss().dataSync()[0]!
    }
    const slope = (at(1e-2) - at(-1e-2)) / 2e-2
    variable.assign(start)
    return { slope, expected: tf.norm(gradient).dataSync()[0]! }
  })
  for (const { slope, expected } of slopes) {
    expect(expected).toBeGreaterThan(0)
    expect(Math.abs(slope - expected) / expected).toBeLessThan(0.05)
  }
})

test('a captured step gives what it gives eagerly, gradients too', async () => {
  const variables = parameters()
  const names = Object.keys(variables)
  const step = (pixels: tf.Tensor) => {
    const loss = () => tf.mean(tf.square(encodeGrid({ parameters: variables }, 'cnn', shape, pixels))) as tf.Scalar
    const { value, grads } = tf.variableGrads(loss)
    return [value, ...names.map((name) => grads[variables[name]!.name]!)]
  }
  const eager = step(images()).map((tensor) => tensor.dataSync())
  const captured = capture(step, {
    inputs: [{ shape: [2, size, size, 3], dtype: 'int32' }],
    state: Object.values(variables),
    name: 'cnn',
  })
  const results = await captured.run([images().dataSync() as Int32Array])
  results.forEach((tensor, i) => expect(difference(tensor.dataSync(), eager[i]!)).toBeLessThan(2e-4))
  captured.dispose()
})

test('fresh blocks start as their shortcuts', () => {
  expect(cnnInitial('cnn.layer1.0.norm2.weight', [8])).toEqual({ fill: 0 })
  expect(cnnInitial('cnn.layer1.0.norm1.weight', [8])).toBeUndefined()
  expect(cnnInitial('cnn.layer1.0.conv1.weight', [8, 8, 3, 3])).toEqual({ normal: Math.sqrt(2 / 72) })
})
