import { fileURLToPath } from 'node:url'
import type { ExportedModel } from '../../core/checkpoint/index.ts'
import {
  completeParameters,
  encodeImages,
  initialise,
  matchLogits,
  blipShape,
  rememberPicture,
  textFeature,
  type Model,
} from '../../core/model/index.ts'
import { captionLogits, createCaptioner, imageFeature, upload } from '../../core/model/index.ts'
import { captioningLoss } from '../../core/objective/index.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { loadTokenizer } from '../../core/text/tokenizer.ts'

export const tokenizer = loadTokenizer(fileURLToPath(new URL('../../test/fixtures/golden/vocab.txt', import.meta.url)))

const shape = blipShape.parse({
  name: 'exported',
  image: { size: 32, patch: 8, width: 24, depth: 2, heads: 3, inner: 40 },
  text: {
    vocabularySize: tokenizer.vocabulary.length,
    tokens: tokenizer.ids,
    width: 32,
    depth: 2,
    heads: 4,
    inner: 48,
    context: 20,
    dropout: 0,
  },
  embed: 12,
})

export const texts = ['a dog on the red background', 'A Café, naïve über-DOG!', '中国人 in 日本']
const length = 16

/** A small model of random weights, wide enough for every part to matter; the same on every machine. */
export function exportedModel(): Omit<ExportedModel, 'layout'> {
  const tensors = completeParameters(shape, initialise(shape, 11), 11)
  for (const [name, { data }] of Object.entries(tensors)) {
    if (/norm/i.test(name) || name === 'temp') continue
    const scale = /position_embeddings|crossattention.output.dense.weight/.test(name) ? 60 : 12
    data.forEach((value, i) => (data[i] = value * scale))
  }
  return { shape, tensors, vocabulary: tokenizer.vocabulary }
}

/** Three pictures of made-up bytes. */
export function pictures(): Uint8Array {
  return Uint8Array.from(
    { length: 3 * 32 * 32 * 3 },
    (_, i) => (i * 73 + Math.floor(i / 96) * 41 + Math.floor(i / 3072) * 97) % 256,
  )
}

/** What we compute with the model: the numbers that transformers must reach from the exported folders. */
export async function ourOutputs() {
  await startTensor()
  const { tensors } = exportedModel()
  const model: Model = { shape, parameters: upload(tensors) }
  const images = tf.tensor(Array.from(pictures()), [3, 32, 32, 3], 'int32')
  const ids = (first: 'cls' | 'enc' | 'dec') =>
    tf.tensor2d(tokenizer.encodeBatch(texts, { length, first }), [3, length], 'int32')
  const tokens = encodeImages(model, images)
  const cosine = tf.matMul(
    imageFeature(model, tokens) as tf.Tensor2D,
    textFeature(model, ids('cls')) as tf.Tensor2D,
    false,
    true,
  )
  return {
    ids: Array.from(await ids('cls').data()),
    matchLogits: Array.from(await matchLogits(model, rememberPicture(model, tokens), ids('enc')).data()),
    cosine: Array.from(await cosine.data()),
    captionLogits: Array.from(await tf.slice(captionLogits(model, tokens, ids('dec')), [0, 0, 0], [3, 4, -1]).data()),
    captioningLoss: Array.from(await captioningLoss(model, rememberPicture(model, tokens), ids('dec')).data()),
    captions: await captions(model),
  }
}

async function captions(model: Model): Promise<string[]> {
  const captioner = createCaptioner(model, { batch: 3, beams: 3, length: 12 })
  const written = await captioner.caption(pictures(), { method: 'beam', minLength: 5, forbidden: [] })
  captioner.dispose()
  return written.map(({ ids }) => tokenizer.decode(ids))
}
