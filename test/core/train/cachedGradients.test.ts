import { beforeAll, describe, expect, test } from 'vitest'
import { clipShape } from '../../../core/model/clip/shape.ts'
import { createDrop, initialise, upload } from '../../../core/model/index.ts'
import { fold, startTensor, tf, valueAndGradients } from '../../../core/tensor/index.ts'
import type { Batch } from '../../../core/train/batches.ts'
import { createCachedGradients } from '../../../core/train/cachedGradients.ts'
import { trainedNames } from '../../../core/train/groups.ts'
import { createOptimiser } from '../../../core/train/optimiser.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'
import { mix } from '../../../core/train/random.ts'
import type { StepOptions } from '../../../core/train/step.ts'
import type { Cached } from '../../../core/train/systems/cached.ts'
import { clipSystem } from '../../../core/train/systems/clip.ts'
import { shape as trainee } from './trainee.ts'

beforeAll(() => startTensor())

const shape = clipShape.parse({
  name: 'toy',
  family: 'clip',
  image: { kind: 'vit', size: 8, patch: 4, width: 8, depth: 1, heads: 2, inner: 16 },
  text: {
    vocabularySize: trainee.text.vocabularySize,
    tokens: trainee.text.tokens,
    context: trainee.text.context,
    width: 8,
    depth: 1,
    heads: 2,
    inner: 16,
  },
  embed: 6,
})
const [batchSize, textLength, seed, step] = [7, 6, 5, 3]
const cached = clipSystem.cached as unknown as Cached

/** Seven pairs of made-up bytes and words; the first two share their picture, the last two their text. */
const batch: Batch = {
  images: Uint8Array.from({ length: batchSize * 8 * 8 * 3 }, (_, i) => (i * 37 + Math.floor(i / 192) * 61) % 256),
  text: Int32Array.from(
    { length: batchSize * textLength },
    (_, i) => [2, 7 + (Math.floor(i / 6) % 5), 8, 3, 0, 0][i % 6]!,
  ),
  caption: new Int32Array(batchSize * textLength),
  sampleIds: Int32Array.of(0, 0, 1, 2, 3, 4, 5),
  captionIds: Int32Array.of(0, 1, 2, 3, 4, 5, 5),
  after: { seed: 0, epoch: 0, position: 0 },
}

function options(changes: Record<string, number | string>): StepOptions {
  const knobs = knobsOf(recipeNamed('clip'), { batchSize, chunk: 3, ...changes })
  const tensors = initialise(shape, 4)
  for (const [name, { data }] of Object.entries(tensors))
    if (!/norm|logit/.test(name)) data.forEach((value, i) => (data[i] = value * 12))
  const parameters = upload(tensors)
  const names = trainedNames(Object.keys(parameters), knobs)
  const optimiser = createOptimiser(parameters, names)
  return { shape, parameters, optimiser, knobs, promptLength: 1, textLength }
}

interface Expected {
  loss: number
  gradients: Record<string, Float32Array>
}

/** Loss and gradients on one tape; encoded in pieces of so many pairs, as dropout draws for each piece. */
async function atOnce({ parameters, optimiser, knobs }: StepOptions, pieces: number[]): Promise<Expected> {
  const rows = (values: ArrayLike<number>, from: number, count: number, dims: number[]) => {
    const width = values.length / batchSize
    return tf.tensor(Array.from(values).slice(from * width, (from + count) * width), [count, ...dims], 'int32')
  }
  const forward = () => {
    let from = 0
    const encoded = pieces.map((count, index) => {
      const seedOfPiece = tf.tensor1d([mix(seed, index) | 0, step], 'int32')
      const model = { shape, parameters, drop: createDrop(knobs.dropout, fold(seedOfPiece, -1)) }
      const images = rows(batch.images, from, count, [8, 8, 3])
      const [text, caption] = [batch.text, batch.caption].map((ids) => rows(ids, from, count, [textLength]))
      from += count
      return cached.features({ shape, knobs, model, images, text: text!, caption: caption! })
    })
    const features = Object.fromEntries(
      Object.keys(encoded[0]!).map((name) => [name, tf.concat(encoded.map((piece) => piece[name]!))]),
    )
    const ids = { sample: tf.tensor1d(batch.sampleIds, 'int32'), captionId: tf.tensor1d(batch.captionIds, 'int32') }
    const drawn = { seed: tf.tensor1d([seed, step], 'int32'), step: tf.scalar(step + 1) }
    return cached.losses({ shape, knobs, parameters, ...ids, ...drawn }, features).loss
  }
  const { value, gradients } = valueAndGradients(
    forward,
    optimiser.names.map((name) => parameters[name]!),
  )
  const data = await Promise.all(gradients.map((gradient) => gradient.data<'float32'>()))
  const [loss] = await value.data()
  return { loss: loss!, gradients: Object.fromEntries(optimiser.names.map((name, at) => [name, data[at]!])) }
}

/** Names of what differs from the batch at once, after a first step that must leave nothing in the sums. */
async function differing(made: StepOptions, pieces: number[]): Promise<string[]> {
  const expected = await atOnce(made, pieces)
  const chunked = createCachedGradients(made, cached)
  await chunked.run(batch, { seed: seed + 1, step })
  const { loss } = await chunked.run(batch, { seed, step })
  const ours = await Promise.all(Object.values(chunked.sums).map((sum) => sum.data<'float32'>()))
  const far = Object.keys(chunked.sums).filter((name, at) => !near(ours[at]!, expected.gradients[name]!))
  chunked.dispose()
  return Math.abs(loss! - expected.loss) < 1e-5 ? far : ['loss', ...far]
}

function near(ours: Float32Array, theirs: Float32Array): boolean {
  const size = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return ours.every((value, i) => Math.abs(value - theirs[i]!) < 1e-6 + 1e-4 * size)
}

describe('cached gradients', () => {
  test('are those of the whole batch, the last chunk being shorter', async () => {
    expect(await differing(options({}), [7])).toEqual([])
  })

  test('are those of the whole batch where one pair is left over', async () => {
    expect(await differing(options({ chunk: 6 }), [7])).toEqual([])
  })

  test('are those of the whole batch for the sigmoid loss', async () => {
    expect(await differing(options({ loss: 'sigmoid' }), [7])).toEqual([])
  })

  test('draw the same dropout in both passes over a chunk', async () => {
    expect(await differing(options({ dropout: 0.4 }), [3, 3, 1])).toEqual([])
  })

  test('would tell if the passes drew otherwise', async () => {
    expect(await differing(options({ dropout: 0.4 }), [2, 3, 2])).toContain('loss')
  })
})
