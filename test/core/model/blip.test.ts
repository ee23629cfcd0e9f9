import { beforeAll, describe, expect, test } from 'vitest'
import { captionLogits, encodeImages, imageFeature, matchLogits, textFeature } from '../../../core/model/blip.ts'
import { rememberPicture } from '../../../core/model/text.ts'
import { captioningLoss } from '../../../core/objective/lm.ts'
import { softmaxCrossEntropy, startTensor, tf } from '../../../core/tensor/index.ts'
import { distance, loadGolden } from './golden.ts'

beforeAll(() => startTensor())

type Golden = Awaited<ReturnType<typeof loadGolden>>

/** Gradients of a scalar with respect to some of the model's variables. */
function gradients({ model }: Golden, names: string[], loss: () => tf.Tensor) {
  return tf.variableGrads(
    loss as () => tf.Scalar,
    names.map((name) => model.parameters[name]!),
  ).grads
}

/** tfjs keys gradients by the variables' own names. */
function gradientOf({ model }: Golden, all: tf.NamedTensorMap, name: string): tf.Tensor {
  return all[model.parameters[name]!.name]!
}

describe('a published retrieval model', () => {
  let golden: Golden
  beforeAll(async () => void (golden = await loadGolden('retrieval')))

  test('gives the image tokens that transformers gives', async () => {
    const tokens = encodeImages(golden.model, golden.input('images'))
    expect(await distance(tokens, golden.expected.image_tokens!)).toBeLessThan(1e-4)
  })

  test('gives the same scores of match', async () => {
    const image = encodeImages(golden.model, golden.input('images'))
    expect(
      await distance(
        matchLogits(golden.model, rememberPicture(golden.model, image), golden.input('match_ids')),
        golden.expected.match_logits!,
      ),
    ).toBeLessThan(1e-4)
  })

  test('gives the same cosines between pictures and captions', async () => {
    const image = imageFeature(golden.model, encodeImages(golden.model, golden.input('images')))
    const text = textFeature(golden.model, golden.input('text_ids'))
    expect(
      await distance(tf.matMul(image as tf.Tensor2D, text as tf.Tensor2D, false, true), golden.expected.cosine!),
    ).toBeLessThan(1e-4)
  })

  test('gives the same gradients from patches to the matching head', async () => {
    const names = {
      'gradient.itm_head.weight': 'itm_head.weight',
      'gradient.patch': 'vision_model.embeddings.patch_embedding.weight',
      'gradient.words': 'text_encoder.embeddings.word_embeddings.weight',
      'gradient.cross_key': 'text_encoder.encoder.layer.1.crossattention.self.key.weight',
    }
    const labels = tf.tensor1d([1, 0, 1], 'int32')
    const all = gradients(golden, Object.values(names), () => {
      const image = encodeImages(golden.model, golden.input('images'))
      const logits = matchLogits(golden.model, rememberPicture(golden.model, image), golden.input('match_ids'))
      return tf.mean(softmaxCrossEntropy(logits, labels, { smoothing: 0 }))
    })
    for (const [key, name] of Object.entries(names)) {
      expect(await distance(gradientOf(golden, all, name), golden.expected[key]!)).toBeLessThan(1e-4)
    }
  })
})

describe('a published captioning model', () => {
  let golden: Golden
  beforeAll(async () => void (golden = await loadGolden('captioning')))

  test('gives the same scores of every next token', async () => {
    const image = encodeImages(golden.model, golden.input('images'))
    const ids = golden.input('ids')
    const mask = await ids.array()
    const ours = (await captionLogits(golden.model, image, ids).array()) as number[][][]
    const theirs = golden.expected.logits!
    const [, length, words] = theirs.shape as [number, number, number]
    let worst = 0
    for (const [row, tokens] of ours.entries())
      for (const [at, scores] of tokens.entries())
        // What stands at padding is never read; the two sides mask it differently.
        if ((mask as number[][])[row]![at] !== 0)
          scores.forEach((score, word) => {
            worst = Math.max(worst, Math.abs(score - theirs.data[(row * length + at) * words + word]!))
          })
    expect(worst).toBeLessThan(1e-4)
  })

  test('gives the same smoothed loss without padding and prompt, and its gradients in the shared tensors', async () => {
    const names = {
      'gradient.words': 'text_encoder.embeddings.word_embeddings.weight',
      'gradient.query': 'text_decoder.bert.encoder.layer.0.attention.self.query.weight',
    }
    const loss = () => {
      const image = encodeImages(golden.model, golden.input('images'))
      return captioningLoss(golden.model, rememberPicture(golden.model, image), golden.input('ids'), {
        promptLength: 3,
      })
    }
    expect(await distance(loss(), golden.expected.loss!)).toBeLessThan(1e-4)
    const all = gradients(golden, Object.values(names), loss)
    for (const [key, name] of Object.entries(names)) {
      expect(await distance(gradientOf(golden, all, name), golden.expected[key]!)).toBeLessThan(1e-4)
    }
  })
})
