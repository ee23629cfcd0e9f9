import { beforeAll, expect, test } from 'vitest'
import { augmentCondition, conditioningLoss } from '../../../core/objective/conditioning.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const values = (x: tf.Tensor) => [...x.dataSync()]

test('draws from the distribution of the text', () => {
  const condition = { mean: tf.tensor2d([[1, -1]]), logVariance: tf.tensor2d([[0, 2 * Math.log(3)]]) }
  const drawn = values(augmentCondition(condition, tf.tensor2d([[0.5, -2]])))
  expect(drawn[0]).toBeCloseTo(1.5, 5)
  expect(drawn[1]).toBeCloseTo(-7, 5)
})

test('costs nothing for the standard normal distribution', () => {
  const zeros = tf.zeros([3, 4])
  expect(values(conditioningLoss({ mean: zeros, logVariance: zeros }))[0]).toBe(0)
})

test('is the divergence from the standard normal distribution, as a mean over elements', () => {
  const [mean, logVariance] = [
    [0.5, -1, 2, 0],
    [0.2, -0.5, 0, 1],
  ]
  const expected = mean.map((m, i) => 0.5 * (m * m + Math.exp(logVariance[i]!) - logVariance[i]! - 1))
  const loss = conditioningLoss({ mean: tf.tensor2d(mean, [2, 2]), logVariance: tf.tensor2d(logVariance, [2, 2]) })
  expect(values(loss)[0]).toBeCloseTo(expected.reduce((a, b) => a + b) / 4, 5)
})

test('has the gradients that its formula gives', () => {
  const [mean, logVariance] = [tf.variable(tf.tensor1d([0.5, -1])), tf.variable(tf.tensor1d([0.2, -0.5]))]
  const { gradients } = valueAndGradients(() => conditioningLoss({ mean, logVariance }), [mean, logVariance])
  const [byMean, byVariance] = gradients.map(values) as [number[], number[]]
  ;[0.25, -0.5].forEach((slope, i) => expect(byMean[i]).toBeCloseTo(slope, 5))
  ;[0.2, -0.5].forEach((x, i) => expect(byVariance[i]).toBeCloseTo((Math.exp(x) - 1) / 4, 5))
})
