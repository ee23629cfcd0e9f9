import { beforeAll, expect, test } from 'vitest'
import { startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(async () => void (await startTensor()))

const gradient = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor) =>
  tf.tidy(() => [...tf.grad(f)(x, dy).dataSync()])

test('the largest value has all of the gradient, and equal ones share it', () => {
  const x = tf.tensor2d([1, 3, 2, 5, 5, 0], [2, 3])
  expect(gradient((x) => tf.max(x, 1), x, tf.tensor1d([10, 4]))).toEqual([0, 10, 0, 2, 2, 0])
  expect(gradient((x) => tf.max(x, 0, true), x, tf.tensor2d([1, 2, 3], [1, 3]))).toEqual([0, 0, 3, 1, 2, 0])
})

test('over all places, and over several axes', () => {
  expect(gradient((x) => tf.max(x), tf.tensor1d([2, 7, 7, 7]), tf.scalar(6))).toEqual([0, 2, 2, 2])
  const x = tf.tensor3d([1, 2, 3, 4, 4, 3, 2, 1], [2, 2, 2])
  expect(gradient((x) => tf.max(x, [0, 2]), x, tf.tensor1d([1, 1]))).toEqual([0, 0, 0, 1, 1, 0, 0, 0])
})
