import { beforeAll, describe, expect, test } from 'vitest'
import { imageFeature } from '../../../../core/model/clip/vision.ts'
import { textFeature } from '../../../../core/model/clip/text.ts'
import { contrastiveLoss, similarities } from '../../../../core/objective/itc.ts'
import { temperatureOf } from '../../../../core/objective/logScale.ts'
import { startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'
import { distance } from '../golden.ts'
import { loadClipGolden } from './golden.ts'

beforeAll(() => startTensor())

describe('a published CLIP model', () => {
  let golden: Awaited<ReturnType<typeof loadClipGolden>>
  beforeAll(async () => void (golden = await loadClipGolden()))

  const features = () => ({
    image: imageFeature(golden.model, golden.input('images')),
    text: textFeature(golden.model, golden.input('ids')),
  })
  const temperature = () => temperatureOf(golden.model.parameters['logit_scale']!)

  test('gives the features that transformers gives', async () => {
    const { image, text } = features()
    expect(await distance(image, golden.expected.image_embeds!)).toBeLessThan(1e-5)
    expect(await distance(text, golden.expected.text_embeds!)).toBeLessThan(1e-5)
  })

  test('gives the same logits, by picture and by text', async () => {
    const { image, text } = features()
    const byImage = similarities(image, text, temperature())
    expect(await distance(byImage, golden.expected.logits_per_image!)).toBeLessThan(1e-4)
    expect(await distance(tf.transpose(byImage), golden.expected.logits_per_text!)).toBeLessThan(1e-4)
  })

  test('reads a text at its highest id where the published configuration means that', async () => {
    const { model, expected, input } = golden
    const shape = { ...model.shape, text: { ...model.shape.text, pool: 'highest' as const } }
    const read = textFeature({ ...model, shape }, input('ids'))
    expect(await distance(read, expected.text_embeds_highest!)).toBeLessThan(1e-5)
  })

  test('gives the same loss and the same gradient of every parameter', async () => {
    const { model, expected, published } = golden
    const loss = () => contrastiveLoss({ ...features(), positives: tf.eye(4), temperature: temperature() })
    const { value, gradients } = valueAndGradients(
      loss,
      published.map((name) => model.parameters[name]!),
    )
    expect(await distance(value, expected.loss!)).toBeLessThan(1e-5)
    expect(published).toHaveLength(Object.keys(expected).filter((name) => name.startsWith('gradient.')).length)
    for (const [index, name] of published.entries()) {
      const theirs = expected[`gradient.${name}`]!
      const size = theirs.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      const worst = await distance(gradients[index]!, theirs)
      expect({ name, close: worst < 1e-5 + 1e-4 * size }).toEqual({ name, close: true })
    }
  })
})
