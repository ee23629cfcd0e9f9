import { beforeAll, expect, test } from 'vitest'
import { spectralNormalise, stretch } from '../../../../core/model/gan/spectral.ts'
import { startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const values = (x: tf.Tensor) => [...x.dataSync()]
const furthest = (given: number[], expected: number[]) =>
  Math.max(...given.map((value, index) => Math.abs(value - expected[index]!)))

test('divides a weight by its largest singular value', () => {
  // the values of a diagonal matrix are its entries
  const weight = tf.tensor2d([
    [3, 0, 0],
    [0, -2, 0],
  ])
  expect(furthest(values(spectralNormalise(weight)), [stretch, 0, 0, 0, (-2 / 3) * stretch, 0])).toBeLessThan(1e-3)
})

test('takes a kernel as the matrix of its outputs', () => {
  const weight = tf.reshape(tf.tensor1d([0, 4, 0, 0, 0, 0, 0, 1]), [2, 1, 2, 2])
  const normed = spectralNormalise(weight)
  expect(normed.shape).toEqual([2, 1, 2, 2])
  expect(furthest(values(normed), [0, stretch, 0, 0, 0, 0, 0, stretch / 4])).toBeLessThan(1e-3)
})

test('does not change when the weight grows', () => {
  const weight = tf.tensor2d([
    [0.3, -0.2, 0.5],
    [0.1, 0.4, -0.6],
  ])
  expect(furthest(values(spectralNormalise(tf.mul(weight, 100))), values(spectralNormalise(weight)))).toBeLessThan(1e-4)
})

test('leaves a weight of zeros at zero', () => {
  expect(values(spectralNormalise(tf.zeros([2, 3]))).every((value) => value === 0)).toBe(true)
})

test('has the gradient that finite differences give', () => {
  const start = [0.9, -0.2, 0.5, 0.1, 0.4, -0.6]
  const weights = tf.tensor2d([1, -2, 0.5, 0.3, 2, -1], [2, 3])
  const weight = tf.variable(tf.tensor2d(start, [2, 3]))
  const loss = () => tf.sum(tf.mul(tf.square(spectralNormalise(weight)), weights))
  const slopes = values(valueAndGradients(loss, [weight]).gradients[0]!)
  const at = (index: number, by: number) => {
    weight.assign(
      tf.tensor2d(
        start.map((value, i) => (i === index ? value + by : value)),
        [2, 3],
      ),
    )
    return values(loss())[0]!
  }
  const differences = start.map((_, index) => (at(index, 0.01) - at(index, -0.01)) / 0.02)
  expect(furthest(slopes, differences)).toBeLessThan(1e-2)
})
