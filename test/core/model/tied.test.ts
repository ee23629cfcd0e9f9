import { beforeAll, expect, test } from 'vitest'
import { importHuggingFace, readSafetensors } from '../../../core/checkpoint/index.ts'
import { encodeImages, imageFeature, matchLogits, textFeature } from '../../../core/model/blip.ts'
import type { Model } from '../../../core/model/layers.ts'
import { upload, type HostTensors } from '../../../core/model/parameters.ts'
import { rememberPicture } from '../../../core/model/text.ts'
import { captioningLoss, contrastiveLoss } from '../../../core/objective/index.ts'
import { softmaxCrossEntropy, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'
import { distance, goldenFolder } from './golden.ts'

/** BLIP whole: the encoder of one published model, and of the other what a decoder has of its own. */
let model: Model & { parameters: Record<string, tf.Variable> }
/** What scripts/golden/make_tied.py recorded with the modules shared by reference. */
let expected: HostTensors
let inputs: HostTensors

beforeAll(async () => {
  await startTensor()
  const decoder = await importHuggingFace(`${goldenFolder}captioning`)
  const encoder = await importHuggingFace(`${goldenFolder}retrieval`)
  model = { shape: encoder.shape, parameters: upload({ ...decoder.tensors, ...encoder.tensors }) }
  expected = await readSafetensors(`${goldenFolder}tied.safetensors`)
  inputs = await readSafetensors(`${goldenFolder}retrieval/expected.safetensors`)
})

const input = (name: string) => tf.tensor(Array.from(inputs[name]!.data), inputs[name]!.shape, 'int32')

function losses() {
  const text = input('text_ids')
  const [batch, length] = text.shape as [number, number]
  const first = tf.fill([batch, 1], model.shape.text.tokens.dec, 'int32')
  const caption = tf.concat([first, tf.slice(text, [0, 1], [batch, length - 1])], 1)
  const tokens = encodeImages(model, input('images'))
  const picture = rememberPicture(model, tokens)
  const features = { image: imageFeature(model, tokens), text: textFeature(model, text) }
  const labels = tf.tensor1d([1, 0, 1], 'int32')
  return {
    itc: contrastiveLoss({ ...features, positives: tf.eye(batch), temperature: tf.scalar(0.07) }),
    itm: tf.mean(softmaxCrossEntropy(matchLogits(model, picture, input('match_ids')), labels)) as tf.Scalar,
    lm: captioningLoss(model, picture, caption, { smoothing: 0.1 }),
  }
}

const recorded = () => Object.keys(expected).filter((name) => name.includes('.'))

function gradients(loss: () => tf.Tensor): Record<string, tf.Tensor> {
  const names = recorded()
  const { gradients } = valueAndGradients(
    loss,
    names.map((name) => model.parameters[name]!),
  )
  return Object.fromEntries(names.map((name, at) => [name, gradients[at]!]))
}

test('the three losses are those of transformers, with label smoothing in the captions alone', async () => {
  const ours = losses()
  for (const name of ['itc', 'itm', 'lm'] as const) {
    expect(await distance(ours[name], expected[name]!)).toBeLessThan(1e-4)
  }
})

test('what encoder and decoder share gets the sum of both gradients, in one tensor', async () => {
  const all = gradients(() => tf.addN(Object.values(losses())))
  for (const name of recorded()) {
    const size = expected[name]!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
    expect({ name, close: (await distance(all[name]!, expected[name]!)) < 2e-4 * size }).toEqual({ name, close: true })
  }
})

test('each half reaches the shared tensors, and only its own self-attention', async () => {
  const largest = async (x: tf.Tensor) => (await tf.max(tf.abs(x)).data())[0]!
  const understanding = gradients(() => tf.add(losses().itc, losses().itm))
  const writing = gradients(() => losses().lm)
  for (const name of recorded()) {
    const reached = {
      byEncoder: (await largest(understanding[name]!)) > 1e-6,
      byDecoder: (await largest(writing[name]!)) > 1e-6,
    }
    const own = name.includes('.attention.')
    const decoder = name.startsWith('text_decoder')
    expect({ name, ...reached }).toEqual({ name, byEncoder: !own || !decoder, byDecoder: !own || decoder })
  }
})
