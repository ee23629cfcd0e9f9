import { beforeAll, expect, test } from 'vitest'
import { encodeImages } from '../../../core/model/blip.ts'
import { rememberPicture } from '../../../core/model/text.ts'
import { captioningLoss, captionLabels } from '../../../core/objective/lm.ts'
import { startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'
import { toyModel } from './support.ts'

beforeAll(() => startTensor())

const ids = () =>
  tf.tensor2d(
    [
      [10, 5, 6, 3, 0, 0],
      [10, 7, 8, 9, 5, 3],
    ],
    [2, 6],
    'int32',
  )
const images = (shift = 0) =>
  tf.tensor(
    Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i * 37 + shift) % 256),
    [2, 8, 8, 3],
  )
const scalar = (x: tf.Tensor) => x.dataSync()[0]!

test('has the next token as label, and none at padding and in the prompt', async () => {
  expect(await captionLabels(ids(), 0, 1).array()).toEqual([
    [5, 6, 3, -100, -100],
    [7, 8, 9, 5, 3],
  ])
  expect(await captionLabels(ids(), 0, 3).array()).toEqual([
    [-100, -100, 3, -100, -100],
    [-100, -100, 9, 5, 3],
  ])
})

test('is the logarithm of the vocabulary when every token scores alike', () => {
  const model = toyModel()
  for (const name of ['text_encoder.embeddings.word_embeddings.weight', 'text_decoder.cls.predictions.bias']) {
    const parameter = model.parameters[name]!
    parameter.assign(tf.zeros(parameter.shape))
  }
  const loss = captioningLoss(model, rememberPicture(model, encodeImages(model, images())), ids())
  expect(scalar(loss)).toBeCloseTo(Math.log(12), 5)
})

test('does not change when more padding is added', () => {
  const model = toyModel()
  const image = encodeImages(model, images())
  const longer = tf.concat([ids(), tf.zeros([2, 2], 'int32')], 1)
  expect(scalar(captioningLoss(model, rememberPicture(model, image), longer))).toBeCloseTo(
    scalar(captioningLoss(model, rememberPicture(model, image), ids())),
    5,
  )
})

test('looks at the picture', () => {
  const model = toyModel()
  const a = scalar(captioningLoss(model, rememberPicture(model, encodeImages(model, images())), ids()))
  const b = scalar(captioningLoss(model, rememberPicture(model, encodeImages(model, images(50))), ids()))
  expect(Math.abs(a - b)).toBeGreaterThan(1e-4)
})

test('adds up in the shared word embeddings what their two uses contribute', () => {
  const model = toyModel()
  const words = model.parameters['text_encoder.embeddings.word_embeddings.weight']!
  const loss = () => captioningLoss(model, rememberPicture(model, encodeImages(model, images())), ids())
  const gradient = valueAndGradients(loss, [words]).gradients[0]!.dataSync()
  const start = words.dataSync().slice()
  const at = (i: number, delta: number) => {
    const moved = start.slice()
    moved[i] = moved[i]! + delta
    words.assign(tf.tensor(moved, words.shape))
    return scalar(loss())
  }
  // Token 5 is both read and predicted, token 10 only read, token 4 only predicted against.
  for (const i of [5 * 8, 10 * 8 + 1, 4 * 8 + 2]) {
    expect((at(i, 0.01) - at(i, -0.01)) / 0.02).toBeCloseTo(gradient[i]!, 3)
  }
})
