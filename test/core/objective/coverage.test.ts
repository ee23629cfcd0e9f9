import { beforeAll, expect, test } from 'vitest'
import { coverageLoss } from '../../../core/objective/coverage.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const shares = () =>
  tf.tensor3d([
    [
      [1, 0],
      [0.5, 0.5],
      [0, 1],
    ],
  ])

test('is 0 where every place was looked at once, and what is missing or too much, squared, elsewhere', () => {
  const loss = (counted: number[]) => coverageLoss(shares(), tf.tensor2d([counted])).dataSync()[0]
  expect(loss([1, 0, 1])).toBeCloseTo(0, 6)
  expect(loss([1, 1, 1])).toBeCloseTo(0.25, 6)
  expect(loss([1, 0, 0])).toBeCloseTo(0.5, 6)
})

test('steps that are not learned leave no trace', () => {
  const gradient = tf.grad((x: tf.Tensor) => coverageLoss(x, tf.tensor2d([[1, 0, 1]])))(tf.mul(shares(), 0.5))
  expect([...gradient.dataSync()].map((slope) => slope === 0)).toEqual([false, false, true, true, false, false])
})
