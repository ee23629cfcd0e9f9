import { beforeAll, expect, test } from 'vitest'
import { follow, rampedWeight, untaped } from '../../../core/objective/momentum.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const copies = () => ({ a: tf.variable(tf.tensor1d([1, -2, 0.1])), b: tf.variable(tf.scalar(0.07)) })
const parameters = () => ({ a: tf.tensor1d([3, 5, 1e30]), b: tf.scalar(0.5), c: tf.scalar(7) })
const values = (x: tf.Tensor) => [...x.dataSync()]

test('moves each copy the missing share of the way to its parameter', () => {
  const moved = copies()
  follow(moved, { ...parameters(), a: tf.tensor1d([3, 5, 1]) }, 0.9)
  values(moved.a).forEach((value, i) => expect(value).toBeCloseTo([1.2, -1.3, 0.19][i]!, 6))
  expect(values(moved.b)[0]).toBeCloseTo(0.113, 6)
})

test('leaves frozen copies as they are, to the last bit', () => {
  const [moved, before] = [copies(), copies()]
  follow(moved, parameters(), 1)
  expect(values(moved.a)).toEqual(values(before.a))
  expect(values(moved.b)).toEqual(values(before.b))
})

test('raises the weight from 0 at the first step to its end after the ramp, and holds it', () => {
  const at = (step: number, ramp: number) => rampedWeight(tf.scalar(step), 0.4, ramp).dataSync()[0]!
  ;[1, 2, 3, 5, 6, 100].forEach((step, i) => expect(at(step, 4)).toBeCloseTo([0, 0.1, 0.2, 0.4, 0.4, 0.4][i]!, 6))
  expect(at(1, 0)).toBeCloseTo(0.4, 6)
})

test('lets no gradient through what is computed off the tape', () => {
  const x = tf.variable(tf.tensor1d([1, 2, 3]))
  const loss = () =>
    tf.sum(
      tf.mul(
        x,
        untaped(() => tf.square(x)),
      ),
    ) as tf.Scalar
  const { value, gradients } = valueAndGradients(loss, [x])
  expect(value.dataSync()[0]).toBeCloseTo(36, 5)
  // x² is a constant here: with its own slope it would be 3 x²
  expect(values(gradients[0]!)).toEqual([1, 4, 9])
})
