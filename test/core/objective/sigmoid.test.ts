import { beforeAll, expect, test } from 'vitest'
import { sigmoidLoss } from '../../../core/objective/sigmoid.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const logScale = () => tf.scalar(Math.log(10))
const image = () =>
  tf.tensor2d([
    [1, 0],
    [0, 1],
  ])
const text = () =>
  tf.tensor2d([
    [0.6, 0.8],
    [0, 1],
  ])

test('agrees with the formula computed by hand', () => {
  const cosines = [
    [0.6, 0],
    [0.8, 1],
  ]
  const term = (i: number, j: number) => Math.log(1 + Math.exp(-(i === j ? 1 : -1) * (10 * cosines[i]![j]! - 10)))
  const expected = (term(0, 0) + term(0, 1) + term(1, 0) + term(1, 1)) / 2
  const loss = sigmoidLoss({
    image: image(),
    text: text(),
    positives: tf.eye(2),
    logScale: logScale(),
    bias: tf.scalar(-10),
  })
  expect(scalar(loss)).toBeCloseTo(expected, 5)
})

test('starts near zero for mismatches and high for matches, as the bias intends', () => {
  const zeros = tf.zeros([16, 4])
  const loss = sigmoidLoss({
    image: zeros,
    text: zeros,
    positives: tf.eye(16),
    logScale: logScale(),
    bias: tf.scalar(-10),
  })
  expect(scalar(loss)).toBeCloseTo(10 + 16 * Math.log(1 + Math.exp(-10)), 3)
})

test('stays finite for similarities far beyond the range of the exponential', () => {
  const far = tf.mul(image(), 1000)
  const loss = sigmoidLoss({
    image: far,
    text: far,
    positives: tf.zeros([2, 2]),
    logScale: logScale(),
    bias: tf.scalar(0),
  })
  expect(Number.isFinite(scalar(loss))).toBe(true)
})

test('has the gradients of scale and bias that finite differences give', () => {
  const [scale, bias] = [tf.variable(tf.scalar(0.7)), tf.variable(tf.scalar(-1))]
  const loss = () => sigmoidLoss({ image: image(), text: text(), positives: tf.eye(2), logScale: scale, bias })
  const slopes = valueAndGradients(loss, [scale, bias]).gradients.map(scalar)
  ;[scale, bias].forEach((variable, index) => {
    const start = scalar(variable)
    const at = (value: number) => {
      variable.assign(tf.scalar(value))
      return scalar(loss())
    }
    expect((at(start + 0.01) - at(start - 0.01)) / 0.02).toBeCloseTo(slopes[index]!, 3)
    variable.assign(tf.scalar(start))
  })
})
