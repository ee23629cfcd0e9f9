import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadCheckpoint } from '../../core/checkpoint/index.ts'
import { retrieval } from '../../core/evaluate/retrieval.ts'
import { initialise, readShape, upload, type TrainableParameters } from '../../core/model/index.ts'
import { albefMeasures } from '../../core/model/albef/measure.ts'
import type { AlbefShape } from '../../core/model/albef/shape.ts'
import { startTensor, tf } from '../../core/tensor/index.ts'
import { createTokenizer } from '../../core/text/tokenizer.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'
import { createPictureLoader, knobsOf, recipeNamed, train } from '../../core/train/index.ts'
import { openScenes } from '../pretrain/scenes.ts'

/**
 * What queue and momentum distillation bring ALBEF on composed scenes: each arm trains from the shipped picture encoder, text and
 * fusion fresh, the first half of the steps alike, and ranks pictures and captions of scenes it has not seen, by cosine.
 *
 *   node scripts/ablation/momentum.ts [--steps 240] [--batch 16] [--pairs 2000] [--seeds 1,2,3] [--held-out 200]
 *     [--momentum 0.95] [--queue 128]
 */
const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '240' },
    batch: { type: 'string', default: '16' },
    pairs: { type: 'string', default: '2000' },
    seeds: { type: 'string', default: '1,2,3' },
    'held-out': { type: 'string', default: '200' },
    momentum: { type: 'string', default: '0.95' },
    queue: { type: 'string', default: '128' },
  },
})
const [steps, batchSize, pairCount, heldOut] = [values.steps, values.batch, values.pairs, values['held-out']].map(
  Number,
) as [number, number, number, number]

const queue = {
  momentum: Number(values.momentum),
  queueSize: Number(values.queue),
  momentumFrom: Math.round(steps / 2),
}
const arms = {
  plain: { momentum: 0, queueSize: 0, distillation: 0 },
  '+ queue': { ...queue, distillation: 0 },
  '+ queue + distillation': { ...queue, distillation: 0.4, distillationRamp: Math.round(steps / 4) },
}

const resources = join(import.meta.dirname, '../../resources')
const read = readShape(join(resources, 'models/albef-tiny.json'))
const shape = read.shape as AlbefShape
const vocabulary = readVocabulary(read.vocabularyFile)
const scenes = await openScenes(7)
/** Those to train on, then the held-out ones; painted once. */
const pairs = Array.from({ length: pairCount + heldOut }, (_, index) => scenes.pair(index))
await startTensor()
const { tensors: seen } = await loadCheckpoint(join(resources, 'sample/checkpoints/tiny-start'))

/** Fresh parameters with the picture encoder that knows the sample's nouns. */
function start(seed: number): TrainableParameters {
  const tensors = initialise(shape, seed)
  for (const name of Object.keys(tensors)) if (name.startsWith('vision_model.')) tensors[name] = seen[name]!
  return upload(tensors)
}

async function trained(arm: keyof typeof arms, seed: number): Promise<TrainableParameters> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-ablation-'))
  const parameters = start(seed)
  const fixed = { steps, batchSize, itmAnchors: 4, itmFrom: Math.round(steps / 4), warmupSteps: 20, checkpointEvery: 0 }
  try {
    await train({
      folder,
      name: arm,
      pairs: pairs.slice(0, pairCount).map(({ caption }, index) => {
        return { sampleId: index, path: String(index), text: caption }
      }),
      snapshot: 'scenes',
      shape,
      vocabulary,
      parameters,
      knobs: knobsOf(recipeNamed('albef'), { ...fixed, ...arms[arm] }),
      seed,
      parent: null,
      point: null,
      pictures: createPictureLoader({ decode: async (path) => pairs[Number(path)]!.rgb, size: shape.image.size }),
      signal: new AbortController().signal,
      report: { progress() {}, metric() {}, checkpoint() {}, log() {}, pictureFault() {} },
    })
    return parameters
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Recall at 1 and 5, the mean of both directions, in percent, on scenes that nothing was trained on. */
function measured(parameters: TrainableParameters): { r1: number; r5: number } {
  const { match } = albefMeasures
  const model = { shape, parameters }
  const tokenizer = createTokenizer(vocabulary)
  const unseen = pairs.slice(pairCount)
  const texts = unseen.map(({ caption }) => caption)
  const similarity = tf.tidy(() => {
    const pixels = Float32Array.from(unseen.flatMap(({ rgb }) => [...rgb]))
    const images = match!.image(model, tf.tensor4d(pixels, [heldOut, shape.image.size, shape.image.size, 3]))
    const ids = tokenizer.encodeBatch(texts, { length: shape.text.context, first: 'cls' })
    const read = match!.text(model, tf.tensor2d(ids, [heldOut, shape.text.context], 'int32'))
    return Float32Array.from(match!.similarities(model, images, read).dataSync())
  })
  const found = retrieval({ similarity, pictures: heldOut, texts, pictureOf: texts.map((_, index) => index) })
  const both = (depth: 'r1' | 'r5') => 50 * (found.imageToText[depth] + found.textToImage[depth])
  return { r1: both('r1'), r5: both('r5') }
}

const mean = (some: number[]) => some.reduce((sum, value) => sum + value, 0) / some.length
const shown = (some: number[]) =>
  `${mean(some).toFixed(1)} (${some
    .toSorted((a, b) => a - b)
    .map((value) => value.toFixed(1))
    .join(', ')})`

const results = new Map(Object.keys(arms).map((arm) => [arm, [] as { r1: number; r5: number; seconds: number }[]]))
// seed by seed, so that a run that is cut short still compares all arms
for (const seed of values.seeds.split(',').map(Number)) {
  for (const arm of Object.keys(arms) as (keyof typeof arms)[]) {
    const began = performance.now()
    const cpu = process.cpuUsage()
    const parameters = await trained(arm, seed)
    const { user, system } = process.cpuUsage(cpu)
    const result = { ...measured(parameters), seconds: (user + system) / 1e6 }
    tf.dispose(parameters)
    results.get(arm)!.push(result)
    const wall = Math.round((performance.now() - began) / 1000)
    console.error(`seed ${seed}, ${arm}: R@1 ${result.r1.toFixed(1)}, R@5 ${result.r5.toFixed(1)}, ${wall} s`)
  }
}
console.log(
  `${steps} steps of ${batchSize} pairs out of ${pairCount}; ${heldOut} held-out pairs, chance R@5 ${((100 * 5) / heldOut).toFixed(1)} %`,
)
for (const [arm, rows] of results) {
  const of = (name: 'r1' | 'r5' | 'seconds') => rows.map((row) => row[name])
  console.log(
    `${arm.padEnd(24)} R@1 ${shown(of('r1'))}  R@5 ${shown(of('r5'))}  ${mean(of('seconds')).toFixed(0)} s of CPU`,
  )
}
