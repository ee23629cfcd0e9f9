import type { QFormerModel } from '../../core/checkpoint/index.ts'
import { initialise, upload } from '../../core/model/index.ts'
import {
  encodeImages,
  encodeQueries,
  imageFeatures,
  matchLogits,
  rememberPicture,
  textFeature,
  type QFormer,
} from '../../core/model/qformer/qformer.ts'
import { qformerShape } from '../../core/model/qformer/shape.ts'
import { querySimilarities } from '../../core/model/qformer/similarities.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { pictures, texts, tokenizer } from './exportedModel.ts'

const shape = qformerShape.parse({
  name: 'exported',
  family: 'qformer',
  image: { size: 32, patch: 16, width: 24, depth: 2, heads: 3, inner: 40 },
  text: {
    vocabularySize: tokenizer.vocabulary.length,
    tokens: tokenizer.ids,
    width: 32,
    depth: 3,
    heads: 4,
    inner: 48,
    context: 20,
    dropout: 0,
  },
  queries: 5,
  crossFrequency: 2,
  embed: 12,
})

/** How much wider than at the start: the picture must be seen, and no sum so large that its rounding shows. */
const scales = [
  [/query_tokens/, 60],
  [/crossattention.output.dense.weight/, 12],
  [/^(qformer|vision_projection|text_projection|itm_head|cls)/, 2.5],
  [/./, 12],
] as const

/** A small Q-Former of random weights, wide enough for every part to matter; the same on every machine. */
export function exportedQFormer(): QFormerModel {
  const tensors = initialise(shape, 12)
  for (const [name, { data }] of Object.entries(tensors)) {
    if (/norm/i.test(name) || name === 'temp') continue
    const scale = scales.find(([part]) => part.test(name))![1]
    data.forEach((value, i) => (data[i] = value * scale))
  }
  return { shape, tensors, vocabulary: tokenizer.vocabulary }
}

/** What we compute with it: the numbers that transformers must reach from the exported folder. */
export async function qformerOutputs(length = 16) {
  await startTensor()
  const model: QFormer = { shape, parameters: upload(exportedQFormer().tensors) }
  const images = tf.tensor(Array.from(pictures()), [3, 32, 32, 3], 'int32')
  const ids = tf.tensor2d(tokenizer.encodeBatch(texts, { length, first: 'cls' }), [3, length], 'int32')
  const picture = rememberPicture(model, encodeImages(model, images))
  const cosine = querySimilarities(imageFeatures(model, encodeQueries(model, picture, 3)), textFeature(model, ids))
  return {
    queryMatchLogits: Array.from(await matchLogits(model, picture, ids).data()),
    queryCosine: Array.from(await cosine.data()),
  }
}
