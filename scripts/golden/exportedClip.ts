import { fileURLToPath } from 'node:url'
import type { TwoEncoders } from '../../core/checkpoint/clip.ts'
import type { ClipModel } from '../../core/model/clip/block.ts'
import { clipParameterShapes, logitBiasName, logScaleName } from '../../core/model/clip/names.ts'
import { clipShape } from '../../core/model/clip/shape.ts'
import { textFeature } from '../../core/model/clip/text.ts'
import { imageFeature } from '../../core/model/clip/vision.ts'
import { upload, type HostTensors } from '../../core/model/parameters.ts'
import { seeded, seedFor } from '../../core/model/random.ts'
import { similarities } from '../../core/objective/itc.ts'
import { temperatureOf } from '../../core/objective/logScale.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { loadTokenizer } from '../../core/text/tokenizer.ts'
import { pictures, texts } from './exportedModel.ts'

const tokenizer = loadTokenizer(fileURLToPath(new URL('../../test/fixtures/golden/vocab.txt', import.meta.url)))

const shape = clipShape.parse({
  name: 'exported',
  family: 'clip',
  image: { kind: 'vit', size: 32, patch: 8, width: 24, depth: 2, heads: 3, inner: 40, activation: 'gelu' },
  text: {
    vocabularySize: tokenizer.vocabulary.length,
    tokens: tokenizer.ids,
    context: 20,
    width: 16,
    depth: 2,
    heads: 2,
    inner: 48,
    activation: 'quick-gelu',
  },
  embed: 12,
})
const length = 16

/** A small model of random weights, wide enough for every part to matter; the same on every machine. */
export function exportedClip(): TwoEncoders {
  const tensors: HostTensors = {}
  for (const [name, dims] of clipParameterShapes(shape)) {
    const random = seeded(seedFor(11, name))
    const middle = name === logScaleName ? 1.7 : /norm.*weight/.test(name) ? 1 : 0
    const data = new Float32Array(dims.reduce((size, side) => size * side, 1))
    tensors[name] = { shape: dims, data: data.map(() => middle + (middle ? 0.2 : 0.6) * (2 * random() - 1)) }
  }
  tensors[logitBiasName]!.data.fill(-10)
  return { shape, tensors, vocabulary: tokenizer.vocabulary }
}

/** What we compute with the model: the numbers that transformers must reach from the exported folder. */
export async function ourClipOutputs() {
  await startTensor()
  const model: ClipModel = { shape, parameters: upload(exportedClip().tensors) }
  const ids = tf.tensor2d(tokenizer.encodeBatch(texts, { length, first: 'cls' }), [3, length], 'int32')
  const image = imageFeature(model, tf.tensor(Array.from(pictures()), [3, 32, 32, 3], 'int32'))
  const text = textFeature(model, ids)
  const logits = similarities(image, text, temperatureOf(model.parameters[logScaleName]!))
  return {
    ids: Array.from(await ids.data()),
    image: Array.from(await image.data()),
    text: Array.from(await text.data()),
    logits: Array.from(await logits.data()),
  }
}
