import { beforeAll, expect, test } from 'vitest'
import { encodeImages } from '../../../core/model/blip.ts'
import { rememberPicture } from '../../../core/model/text.ts'
import { drawNegatives, matchingLoss, matchingRows } from '../../../core/objective/itm.ts'
import { capture, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'
import { toyModel } from './support.ts'

beforeAll(() => startTensor())

const seed = (value: number) => tf.tensor1d([value, 1], 'int32')
const ids = () =>
  tf.tensor2d(
    [
      [11, 5, 3, 0],
      [11, 6, 7, 3],
      [11, 8, 3, 0],
    ],
    [3, 4],
    'int32',
  )
const images = () =>
  tf.tensor(
    Float32Array.from({ length: 3 * 8 * 8 * 3 }, (_, i) => (i * 37) % 256),
    [3, 8, 8, 3],
  )
const scalar = (x: tf.Tensor) => x.dataSync()[0]!

test('has the prior as its loss when the head knows nothing but the share of matches', () => {
  const model = toyModel()
  model.parameters['itm_head.weight']!.assign(tf.zeros([2, 8]))
  model.parameters['itm_head.bias']!.assign(tf.tensor1d([Math.log(2), 0]))
  const picture = rememberPicture(model, encodeImages(model, images()))
  const loss = matchingLoss(model, {
    picture,
    ids: ids(),
    similarities: tf.zeros([3, 3]),
    positives: tf.eye(3),
    seed: seed(3),
  })
  expect(scalar(loss)).toBeCloseTo(0.6365, 4)
})

test('never draws a pair of the same picture or caption, however similar it is', () => {
  const positives = tf.tensor2d([
    [1, 1, 0, 0],
    [1, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ])
  const similarities = tf.sub(tf.mul(positives, 2000), 1000)
  for (let draw = 0; draw < 200; draw++) {
    const { indices, legal } = drawNegatives(similarities, positives, seed(draw))
    const drawn = [...indices.dataSync()]
    expect(drawn.slice(0, 2).every((column) => column >= 2)).toBe(true)
    expect(drawn[2]).not.toBe(2)
    expect(drawn[3]).not.toBe(3)
    expect([...legal.dataSync()]).toEqual([1, 1, 1, 1])
  }
})

test('draws each negative as often as the softmax over the legal ones says', () => {
  const rows = 4000
  const shares = [0.5, 0.3, 0.15, 0.05]
  const similarities = tf.tile(tf.tensor2d([[9, ...shares.map((share) => Math.log(share) - 2)]]), [rows, 1])
  const positives = tf.tile(tf.tensor2d([[1, 0, 0, 0, 0]]), [rows, 1])
  const drawn = [...drawNegatives(similarities, positives, seed(5)).indices.dataSync()]
  const counts = [0, 1, 2, 3, 4].map((column) => drawn.filter((index) => index === column).length)
  expect(counts[0]).toBe(0)
  const deviations = shares.map((share, i) => (counts[i + 1]! - share * rows) / Math.sqrt(share * (1 - share) * rows))
  expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(3.5)
})

test('draws wrong pictures by the similarities seen from the texts, where those are given', () => {
  const similarities = tf.zeros([3, 3])
  const reverse = tf.tensor2d([
    [0, 0, 500],
    [500, 0, 0],
    [0, 500, 0],
  ])
  const rows = matchingRows({ similarities, reverse, positives: tf.eye(3), seed: seed(2), anchors: 3 })
  expect([...rows.pictures.dataSync()]).toEqual([0, 1, 2, 2, 0, 1, 0, 1, 2])
  expect([...rows.labels.dataSync()]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0])
})

test('marks rows without any legal negative and leaves their negatives out of the loss', () => {
  expect([...drawNegatives(tf.zeros([2, 2]), tf.ones([2, 2]), seed(1)).legal.dataSync()]).toEqual([0, 0])
  const model = toyModel()
  model.parameters['itm_head.weight']!.assign(tf.zeros([2, 8]))
  model.parameters['itm_head.bias']!.assign(tf.tensor1d([1, 0]))
  const picture = rememberPicture(model, encodeImages(model, images()))
  const loss = matchingLoss(model, {
    picture,
    ids: ids(),
    similarities: tf.zeros([3, 3]),
    positives: tf.ones([3, 3]),
    seed: seed(3),
  })
  expect(scalar(loss)).toBeCloseTo(Math.log(1 + Math.E), 4)
})

test('can take a part of the batch as anchors', () => {
  const model = toyModel()
  const picture = rememberPicture(model, encodeImages(model, images()))
  const loss = matchingLoss(model, {
    picture,
    ids: ids(),
    similarities: tf.zeros([3, 3]),
    positives: tf.eye(3),
    seed: seed(3),
    anchors: 1,
  })
  expect(scalar(loss)).toBeGreaterThan(0)
})

test('has the gradient that finite differences give', () => {
  const model = toyModel()
  const head = model.parameters['text_encoder.encoder.layer.0.crossattention.self.value.weight']!
  const loss = () => {
    const picture = rememberPicture(model, encodeImages(model, images()))
    return matchingLoss(model, {
      picture,
      ids: ids(),
      similarities: tf.zeros([3, 3]),
      positives: tf.eye(3),
      seed: seed(3),
    })
  }
  const gradient = valueAndGradients(loss, [head]).gradients[0]!.dataSync()
  const start = head.dataSync().slice()
  const at = (i: number, delta: number) => {
    const moved = start.slice()
    moved[i] = moved[i]! + delta
    head.assign(tf.tensor(moved, head.shape))
    return scalar(loss())
  }
  for (const i of [0, 9, 33, 60]) {
    expect((at(i, 0.01) - at(i, -0.01)) / 0.02).toBeCloseTo(gradient[i]!, 3)
  }
})

test('gives the same loss when the step is captured', async () => {
  const model = toyModel()
  const loss = (pictures: tf.Tensor, texts: tf.Tensor, chance: tf.Tensor) => {
    const picture = rememberPicture(model, encodeImages(model, pictures))
    return matchingLoss(model, {
      picture,
      ids: texts,
      similarities: tf.zeros([3, 3]),
      positives: tf.eye(3),
      seed: chance,
    })
  }
  const step = capture((a, b, c) => [loss(a!, b!, c!)], {
    inputs: [
      { shape: [3, 8, 8, 3], dtype: 'float32' },
      { shape: [3, 4], dtype: 'int32' },
      { shape: [2], dtype: 'int32' },
    ],
    state: [],
  })
  const [captured] = await step.run([images(), ids(), seed(3)])
  expect(scalar(captured!)).toBeCloseTo(scalar(loss(images(), ids(), seed(3))), 5)
  step.dispose()
})
