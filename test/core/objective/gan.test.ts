import { beforeAll, expect, test } from 'vitest'
import { discriminatorLoss, distance, diversity, generatorLoss } from '../../../core/objective/gan.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const softplus = (x: number) => Math.log1p(Math.exp(x))
const logits = () => ({
  right: tf.tensor1d([1, -2]),
  wrong: tf.tensor1d([0.5, 3]),
  fake: tf.tensor1d([-1, 0]),
  legal: tf.tensor1d([1, 1]),
})

test('the discriminator starts at 2 ln 2', () => {
  const zeros = tf.zeros([4])
  const loss = discriminatorLoss({ right: zeros, wrong: zeros, fake: zeros, legal: tf.ones([4]) })
  expect(scalar(loss)).toBeCloseTo(2 * Math.LN2, 5)
})

test('the discriminator shares its weight for mismatches between wrong texts and generated pictures', () => {
  const right = (softplus(-1) + softplus(2)) / 2
  const wrong = (softplus(0.5) + softplus(3)) / 2
  const fake = (softplus(-1) + softplus(0)) / 2
  expect(scalar(discriminatorLoss(logits()))).toBeCloseTo(right + 0.5 * wrong + 0.5 * fake, 5)
  expect(scalar(discriminatorLoss(logits(), { wrongShare: 0 }))).toBeCloseTo(right + fake, 5)
  expect(scalar(discriminatorLoss(logits(), { wrongShare: 0.25 }))).toBeCloseTo(right + 0.25 * wrong + 0.75 * fake, 5)
})

test('the discriminator leaves out pictures without a wrong text, and a batch without any', () => {
  const with_ = (legal: number[]) => scalar(discriminatorLoss({ ...logits(), legal: tf.tensor1d(legal) }))
  const others = (softplus(-1) + softplus(2)) / 2 + (0.5 * (softplus(-1) + softplus(0))) / 2
  expect(with_([0, 1])).toBeCloseTo(others + 0.5 * softplus(3), 5)
  expect(with_([0, 0])).toBeCloseTo(others, 5)
})

test('a softened target stops the discriminator from being ever surer', () => {
  const right = tf.variable(tf.tensor1d([Math.log(0.9 / 0.1)]))
  const zeros = tf.zeros([1])
  const loss = () => discriminatorLoss({ right, wrong: zeros, fake: zeros, legal: zeros }, { realTarget: 0.9 })
  expect(scalar(valueAndGradients(loss, [right]).gradients[0]!)).toBeCloseTo(0, 5)
})

test('the generator wants its pictures taken for real, those of texts between two others too', () => {
  const [fake, between] = [tf.variable(tf.tensor1d([-2, 1])), tf.variable(tf.tensor1d([0.5]))]
  expect(scalar(generatorLoss(fake))).toBeCloseTo((softplus(2) + softplus(-1)) / 2, 5)
  const both = () => generatorLoss(fake, between, 2)
  expect(scalar(both())).toBeCloseTo((softplus(2) + softplus(-1)) / 2 + 2 * softplus(-0.5), 5)
  const slopes = valueAndGradients(both, [fake, between]).gradients.map((x) => [...x.dataSync()])
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  expect(slopes[0]![0]).toBeCloseTo((sigmoid(-2) - 1) / 2, 5)
  expect(slopes[1]![0]).toBeCloseTo(2 * (sigmoid(0.5) - 1), 5)
})

test('the generator keeps its gradient where the discriminator is sure', () => {
  const fake = tf.variable(tf.tensor1d([-60]))
  const { value, gradients } = valueAndGradients(() => generatorLoss(fake), [fake])
  expect(scalar(value)).toBeCloseTo(60, 3)
  expect(scalar(gradients[0]!)).toBeCloseTo(-1, 5)
})

test('diversity is the mean distance of two pictures, per value', () => {
  const pictures = tf.tensor2d([
    [0, 0, 0, 0],
    [1, 1, 1, 1],
    [3, 3, 3, 3],
  ])
  expect(scalar(diversity(pictures))).toBeCloseTo((1 + 3 + 2) / 3, 4)
})

test('diversity is 0 for a generator that makes one picture', () => {
  expect(scalar(diversity(tf.fill([4, 8, 8, 3], 0.3)))).toBeLessThan(1e-3)
})

test('the distance of pictures in the same rows is that of diversity for two', () => {
  const [first, second] = [
    tf.tensor2d([
      [0, 0, 1],
      [1, 2, 3],
    ]),
    tf.tensor2d([
      [0, 3, 1],
      [1, 2, 3],
    ]),
  ]
  expect(scalar(distance(first, second))).toBeCloseTo(Math.sqrt(9 / 3) / 2, 5)
  const two = tf.concat([tf.slice(first, [0, 0], [1, 3]), tf.slice(second, [0, 0], [1, 3])], 0)
  expect(scalar(diversity(two))).toBeCloseTo(Math.sqrt(9 / 3), 4)
})

test('a picture alone has no diversity, and is no error', () => {
  expect(scalar(diversity(tf.fill([1, 4], 0.3)))).toBe(0)
})
