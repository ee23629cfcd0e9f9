import { beforeAll, expect, test } from 'vitest'
import { clampTemperature, contrastiveLoss, positivePairs } from '../../../core/objective/itc.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const temperature = () => tf.scalar(0.07)
const unit = (values: number[][]) => tf.tensor2d(values.map((row) => row.map((value) => value / Math.hypot(...row))))
const scalar = (x: tf.Tensor) => x.dataSync()[0]!

test('is the logarithm of the batch size when all features are zero', () => {
  const image = tf.zeros([8, 4])
  const loss = contrastiveLoss({ image, text: image, positives: tf.eye(8), temperature: temperature() })
  expect(scalar(loss)).toBeCloseTo(Math.log(8), 5)
})

test('counts the keys of a queue too', () => {
  const image = tf.zeros([4, 3])
  const keys = tf.zeros([10, 3])
  const positives = tf.concat2d([tf.eye(4), tf.zeros([4, 6])], 1)
  const loss = contrastiveLoss({
    image,
    text: image,
    imageKeys: keys,
    textKeys: keys,
    positives,
    temperature: temperature(),
  })
  expect(scalar(loss)).toBeCloseTo(Math.log(10), 5)
})

test('agrees with the formula computed by hand', () => {
  const image = unit([
    [1, 2],
    [3, -1],
  ])
  const text = unit([
    [2, 1],
    [1, 1],
  ])
  const loss = contrastiveLoss({ image, text, positives: tf.eye(2), temperature: tf.scalar(0.5) })
  const [v, w] = [image.arraySync() as number[][], text.arraySync() as number[][]]
  const s = v.map((a) => w.map((b) => (a[0]! * b[0]! + a[1]! * b[1]!) / 0.5))
  const rows = [0, 1].map((i) => Math.log(Math.exp(s[i]![0]!) + Math.exp(s[i]![1]!)) - s[i]![i]!)
  const columns = [0, 1].map((i) => Math.log(Math.exp(s[0]![i]!) + Math.exp(s[1]![i]!)) - s[i]![i]!)
  const expected = (rows[0]! + rows[1]! + columns[0]! + columns[1]!) / 4
  expect(scalar(loss)).toBeCloseTo(expected, 5)
})

test('takes pairs of the same picture or the same caption as positives', async () => {
  const sample = tf.tensor1d([1, 1, 2, 3], 'int32')
  const caption = tf.tensor1d([7, 8, 9, 7], 'int32')
  const expected = [
    [1, 1, 0, 1],
    [1, 1, 0, 0],
    [0, 0, 1, 0],
    [1, 0, 0, 1],
  ]
  expect(await positivePairs({ sample, caption }).array()).toEqual(expected)
})

test('spreads the target over several positives, so that two equal captions can both be right', () => {
  const image = unit([
    [1, 0],
    [1, 0],
  ])
  const both = contrastiveLoss({ image, text: image, positives: tf.ones([2, 2]), temperature: temperature() })
  expect(scalar(both)).toBeCloseTo(Math.log(2), 5)
})

test('equals the plain loss when the teacher counts for nothing, and no longer when it counts', () => {
  const image = unit([
    [1, 2],
    [3, -1],
    [0, 1],
  ])
  const text = unit([
    [2, 1],
    [1, 1],
    [-1, 2],
  ])
  const plain = { image, text, positives: tf.eye(3), temperature: temperature() }
  const taught = (alpha: number) => scalar(contrastiveLoss({ ...plain, teacher: { image: text, text: image, alpha } }))
  expect(taught(0)).toBeCloseTo(scalar(contrastiveLoss(plain)), 6)
  expect(Math.abs(taught(0.4) - taught(0))).toBeGreaterThan(1e-3)
})

test('sends no gradient into the teacher, and one into features and temperature', () => {
  const variable = (x: tf.Tensor) => tf.variable(x)
  const image = variable(
    unit([
      [1, 2],
      [3, -1],
    ]),
  )
  const text = variable(
    unit([
      [2, 1],
      [1, 1],
    ]),
  )
  const teacher = variable(
    unit([
      [1, 1],
      [1, -1],
    ]),
  )
  const scale = variable(tf.scalar(0.3))
  const loss = () =>
    contrastiveLoss({
      image,
      text,
      positives: tf.eye(2),
      temperature: scale,
      teacher: { image: teacher, text: teacher, alpha: 0.4 },
    })
  const size = (x: tf.Tensor) => scalar(tf.sum(tf.abs(x)))
  const { gradients } = valueAndGradients(loss, [image, text, scale, teacher])
  expect(gradients.map(size).map((total) => total > 1e-4)).toEqual([true, true, true, false])
})

test('keeps the temperature between its bounds', () => {
  for (const [given, kept] of [
    [0, 0.001],
    [0.07, 0.07],
    [3, 0.5],
  ] as const) {
    const scale = tf.variable(tf.scalar(given))
    clampTemperature(scale)
    expect(scalar(scale)).toBeCloseTo(kept, 6)
  }
})
