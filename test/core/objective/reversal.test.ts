import { beforeAll, expect, test } from 'vitest'
import { reversalStrength, reverseGradient } from '../../../core/objective/reversal.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const values = (x: tf.Tensor) => [...x.dataSync()]

test('leaves values as they are and turns the gradient round by the strength', () => {
  const x = tf.variable(tf.tensor1d([1, -2, 3]))
  const weights = tf.tensor1d([0.5, -1, 2])
  const loss = (strength: tf.Tensor | number) => () => tf.sum(tf.mul(reverseGradient(x, strength), weights))
  const reversed = valueAndGradients(loss(tf.scalar(0.25)), [x])
  expect(values(reversed.value)[0]).toBeCloseTo(0.5 + 2 + 6, 5)
  expect(values(reversed.gradients[0]!)).toEqual([-0.125, 0.25, -0.5])
  expect(values(valueAndGradients(loss(0), [x]).gradients[0]!)).toEqual([-0, 0, -0])
})

test('reverses for what comes before only: the part behind it still descends', () => {
  const [before, behind] = [tf.variable(tf.scalar(3)), tf.variable(tf.scalar(2))]
  const loss = () => tf.mul(tf.square(reverseGradient(tf.mul(before, 1), 0.5)), behind)
  const [ascending, descending] = valueAndGradients(loss, [before, behind]).gradients.map((x) => values(x)[0])
  expect(ascending).toBeCloseTo(-0.5 * 2 * 3 * 2, 5)
  expect(descending).toBeCloseTo(9, 5)
})

test('takes the strength as a constant', () => {
  const [x, strength] = [tf.variable(tf.scalar(3)), tf.variable(tf.scalar(0.5))]
  const { gradients } = valueAndGradients(() => tf.square(reverseGradient(x, strength)), [x, strength])
  expect(values(gradients[1]!)).toEqual([0])
})

test('rises from 0 to nearly 1 over the run', () => {
  const strengths = values(reversalStrength(tf.tensor1d([0, 0.1, 0.5, 1])))
  const expected = [0, 0.1, 0.5, 1].map((progress) => 2 / (1 + Math.exp(-10 * progress)) - 1)
  strengths.forEach((strength, index) => expect(strength).toBeCloseTo(expected[index]!, 5))
  expect(strengths[0]).toBe(0)
  expect(strengths[3]).toBeGreaterThan(0.999)
})
