import { beforeAll, expect, test } from 'vitest'
import {
  captionLogits,
  encodeImages,
  encodeQueries,
  imageFeatures,
  matchLogits,
  rememberPicture,
  textFeature,
} from '../../../../core/model/qformer/qformer.ts'
import { querySimilarities } from '../../../../core/model/qformer/similarities.ts'
import { matchingCrossEntropy, nextTokenLoss, pick, positivePairs } from '../../../../core/objective/index.ts'
import { smoothedContrastiveLoss } from '../../../../core/objective/smoothedContrast.ts'
import { startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'
import { distance } from '../golden.ts'
import { begunWith, loadQFormer } from './golden.ts'

let golden: Awaited<ReturnType<typeof loadQFormer>>
beforeAll(async () => {
  await startTensor()
  golden = await loadQFormer()
})

/** All that transformers computed, by ours. */
function compute() {
  const { model, input } = golden
  const ids = input('ids')
  const [batch] = ids.shape as [number]
  const picture = rememberPicture(model, encodeImages(model, input('images')))
  const looked = encodeQueries(model, picture, batch)
  const cosine = querySimilarities(imageFeatures(model, looked), textFeature(model, ids))
  const pictures = input('pictures')
  const seen = picture.map(
    (memory) => memory && { key: pick(memory.key, pictures), value: pick(memory.value, pictures) },
  )
  const begun = begunWith(ids, model.shape.text.tokens.dec)
  return {
    cosine,
    matched: matchLogits(model, seen, tf.gather(ids, input('texts') as tf.Tensor1D)),
    written: captionLogits(model, looked.memory, begun),
    begun,
  }
}

/** The three losses, of positives by place or by id. */
function losses(positives: tf.Tensor) {
  const { model, input } = golden
  const { cosine, matched, written, begun } = compute()
  const [batch, length, words] = written.shape as [number, number, number]
  const labels = tf.tensor1d(
    Array.from({ length: 3 * batch }, (_, row) => (row < batch ? 1 : 0)),
    'int32',
  )
  const rows = { pictures: input('pictures') as tf.Tensor1D, texts: input('texts') as tf.Tensor1D }
  const logits = tf.slice(written, [0, 0, 0], [batch, length - 1, words])
  return {
    itc: smoothedContrastiveLoss({ logits: tf.div(cosine, model.parameters['temp']!), positives, smoothing: 0.1 }),
    itm: matchingCrossEntropy(matched, { ...rows, labels, weights: tf.ones([3 * batch]) }),
    lm: nextTokenLoss(logits, begun, { pad: model.shape.text.tokens.pad, promptLength: 2 }),
  }
}

test('the best query of each picture gives the cosine that transformers gives', async () => {
  expect(await distance(compute().cosine, golden.expected['cosine']!)).toBeLessThan(1e-5)
})

test('the mean over the queries gives the same scores of match', async () => {
  expect(await distance(compute().matched, golden.expected['match_logits']!)).toBeLessThan(1e-4)
})

test('text written after the queries scores the next tokens as one pass with the mask of the paper does', async () => {
  const theirs = golden.expected['caption_logits']!
  const { written, begun } = compute()
  // What stands at padding is never read.
  const real = tf.expandDims(tf.cast(tf.notEqual(begun, tf.scalar(0, 'int32')), 'float32'), 2)
  const wanted = tf.mul(tf.tensor(theirs.data, theirs.shape), real)
  const data = Float32Array.from(await wanted.data<'float32'>())
  expect(await distance(tf.mul(written, real), { shape: theirs.shape, data })).toBeLessThan(1e-4)
})

test('the three losses are those of torch, label smoothing included', async () => {
  const { itc, itm, lm } = losses(tf.eye(4))
  expect(await distance(itc, golden.expected['itc']!)).toBeLessThan(1e-5)
  expect(await distance(itm, golden.expected['itm']!)).toBeLessThan(1e-5)
  expect(await distance(lm, golden.expected['lm']!)).toBeLessThan(1e-5)
})

test('pairs of one picture may share the contrastive target', async () => {
  const positives = positivePairs({ sample: golden.input('samples'), caption: tf.tensor1d([0, 1, 2, 3], 'int32') })
  expect(await distance(losses(positives).itc, golden.expected['itc_by_id']!)).toBeLessThan(1e-5)
  expect(golden.expected['itc_by_id']!.data[0]).not.toBeCloseTo(golden.expected['itc']!.data[0]!, 3)
})

test('every parameter gets the gradient that torch gives it; the word embeddings get one sum from all three losses', async () => {
  const { parameters } = golden.model
  const names = Object.keys(parameters)
  const total = () => tf.addN(Object.values(losses(tf.eye(4)))) as tf.Scalar
  const { gradients } = valueAndGradients(
    total,
    names.map((name) => parameters[name]!),
  )
  expect(names).toHaveLength(Object.keys(golden.expected).filter((key) => key.startsWith('gradient.')).length)
  const far: string[] = []
  for (const [at, name] of names.entries()) {
    const wanted = golden.expected[`gradient.${name}`]!
    const largest = wanted.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1)
    if ((await distance(gradients[at]!, wanted)) > 2e-4 * largest) far.push(name)
  }
  expect(far).toEqual([])
})
