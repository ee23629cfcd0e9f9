import { beforeAll, expect, test } from 'vitest'
import { modalityAccuracy, modalityLoss, wordPredictionLoss } from '../../../core/objective/adversarial.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const softplus = (x: number) => Math.log1p(Math.exp(x))

test('the modality loss is ln 2 where pictures and texts look alike', () => {
  expect(scalar(modalityLoss(tf.zeros([4, 1]), tf.zeros([4, 1])))).toBeCloseTo(Math.LN2, 6)
})

test('the modality loss agrees with the formula and stays finite for sure answers', () => {
  const loss = modalityLoss(tf.tensor1d([2, -1]), tf.tensor1d([0.5, -3]))
  expect(scalar(loss)).toBeCloseTo((softplus(-2) + softplus(1) + softplus(0.5) + softplus(-3)) / 4, 5)
  expect(scalar(modalityLoss(tf.tensor1d([-500]), tf.tensor1d([500])))).toBeCloseTo(500, 3)
})

test('the modality is told right by the sign of its logit', () => {
  expect(scalar(modalityAccuracy(tf.tensor1d([1, 2, 3, -1]), tf.tensor1d([-1, -2, 1, 1])))).toBeCloseTo(0.625, 6)
})

const ids = () =>
  tf.tensor2d(
    [
      [2, 1, 3, 0],
      [2, 3, 0, 0],
    ],
    [2, 4],
    'int32',
  )
const words = () =>
  tf.tensor2d([
    [0, 1, 1, 0],
    [0, 1, 0, 0],
  ])

test('word prediction is ln V for equal logits, whatever the words', () => {
  expect(scalar(wordPredictionLoss(tf.fill([2, 5], 0.7), ids(), words()))).toBeCloseTo(Math.log(5), 5)
})

test('word prediction is the cross-entropy with the uniform distribution over the words of each caption', () => {
  const logits = [
    [0.1, 1, -1, 2, 0],
    [1, 0, 0.5, -0.5, 0.2],
  ]
  const probability = (row: number, word: number) =>
    Math.exp(logits[row]![word]!) / logits[row]!.reduce((sum, x) => sum + Math.exp(x), 0)
  const first = (Math.log(probability(0, 1)) + Math.log(probability(0, 3))) / 2
  const expected = -(first + Math.log(probability(1, 3))) / 2
  const variable = tf.variable(tf.tensor2d(logits))
  const { value, gradients } = valueAndGradients(() => wordPredictionLoss(variable, ids(), words()), [variable])
  expect(scalar(value)).toBeCloseTo(expected, 5)
  const slopes = [...gradients[0]!.dataSync()]
  const target = [
    [0, 0.5, 0, 0.5, 0],
    [0, 0, 0, 1, 0],
  ]
  const wanted = target.flatMap((row, r) => row.map((share, word) => (probability(r, word) - share) / 2))
  slopes.forEach((slope, index) => expect(slope).toBeCloseTo(wanted[index]!, 5))
})

test('a caption without words counts nothing', () => {
  expect(scalar(wordPredictionLoss(tf.fill([2, 5], 0.7), ids(), tf.zeros([2, 4])))).toBeCloseTo(0, 6)
})
