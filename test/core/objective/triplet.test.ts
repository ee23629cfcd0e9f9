import { beforeAll, expect, test } from 'vitest'
import { tripletLoss, type NegativeChoice } from '../../../core/objective/triplet.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const similarities = () =>
  tf.tensor2d([
    [0.9, 0.85, 0.3],
    [0.1, 0.5, 0.55],
    [0.2, 0.4, 0.8],
  ])
const loss = (negatives: NegativeChoice, positives: tf.Tensor = tf.eye(3)) =>
  scalar(tripletLoss({ similarities: similarities(), positives, margin: 0.2, negatives }))

test('sums every violation of the margin in both directions', () => {
  // texts for pictures: .15 in row 0, .25 in row 1; pictures for texts: .55 and .1 in column 1
  expect(loss('sum')).toBeCloseTo(0.15 + 0.25 + 0.55 + 0.1, 5)
})

test('counts only the hardest negative of each row', () => {
  expect(loss('hardest')).toBeCloseTo(0.15 + 0.25 + 0.55, 5)
})

test('leaves out negatives that are more similar than the own partner when they are to be semi-hard', () => {
  expect(loss('semi-hard')).toBeCloseTo(0.15 + 0.1, 5)
})

test('never takes a pair of the same picture or caption for a negative', () => {
  const positives = tf.tensor2d([
    [1, 1, 0],
    [1, 1, 0],
    [0, 0, 1],
  ])
  expect(loss('sum', positives)).toBeCloseTo(0.25 + 0.1, 5)
})

test('is twice the batch times the margin when the space has collapsed', () => {
  const equal = tf.fill([5, 5], 0.4)
  const collapsed = tripletLoss({ similarities: equal, positives: tf.eye(5), margin: 0.2, negatives: 'hardest' })
  expect(scalar(collapsed)).toBeCloseTo(2 * 5 * 0.2, 5)
})

test('pulls own pairs together and pushes the hardest negatives apart', () => {
  const scores = tf.variable(similarities())
  const compute = () => tripletLoss({ similarities: scores, positives: tf.eye(3), margin: 0.2, negatives: 'hardest' })
  const slope = [...valueAndGradients(compute, [scores]).gradients[0]!.dataSync()]
  expect(slope).toEqual([-1, 2, 0, 0, -2, 1, 0, 0, 0])
})
