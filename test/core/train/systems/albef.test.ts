import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { initialise, upload } from '../../../../core/model/index.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import { trainedNames } from '../../../../core/train/groups.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { planOf } from '../../../../core/train/plans/index.ts'
import { createState } from '../../../../core/train/state.ts'
import { reportOf, trainingStep } from '../../../../core/train/step.ts'
import { systemOf } from '../../../../core/train/systems/index.ts'
import { albefToys as toys } from './albefToys.ts'
import { trainToy } from './support.ts'

beforeAll(() => startTensor())

type Changes = Record<string, number | string | boolean>
const recipes = ['albef', 'blip-momentum']
const batchSize = 4
const knobsFor = (recipe: string, changes: Changes = {}) =>
  knobsOf(recipeNamed(recipe), { ...toys[recipe]!.changes, batchSize, itmFrom: 0, momentumFrom: 0, ...changes })

/** One step on made-up pairs, run eagerly. */
async function stepOnce(recipe: string, changes: Changes = {}, { at = 1, samples = [1, 2, 3, 4], variant = '' } = {}) {
  const { shape } = toys[recipe]!
  const knobs = knobsFor(recipe, changes)
  const parameters = upload(initialise(shape, 5))
  const names = trainedNames(Object.keys(parameters), knobs)
  const state = createState({ shape, knobs, seed: 1, parameters })
  const { size } = shape.image
  const values = (count: number, most: number) => Array.from({ length: count }, (_, i) => (i * 37) % most)
  const images = tf.tensor4d(values(batchSize * size * size * 3, 256), [batchSize, size, size, 3])
  const words = values(batchSize * 3, 4).map((word) => shape.text.vocabularySize - 1 - word)
  const { cls, sep } = shape.text.tokens
  const rows = samples.map((_, row) => [cls, ...words.slice(row * 3, row * 3 + 3), sep])
  const text = tf.tensor2d(rows, undefined, 'int32')
  const ids = tf.tensor1d(samples, 'int32')
  const report = trainingStep(
    {
      shape,
      parameters,
      optimiser: createOptimiser(parameters, names),
      state,
      knobs,
      variant,
      promptLength: 1,
      textLength: 5,
    },
    [images, text, text, ids, ids, tf.tensor1d([1, 0], 'int32'), tf.scalar(1e-3), tf.scalar(at)],
  )
  return { report: reportOf(knobs, await report.data()), state, parameters }
}

/** Teacher and pupil before any step, by the teacher's names. */
const start = (recipe: string) => initialise(toys[recipe]!.shape, 5)
const copies = (state: Record<string, tf.Variable>) =>
  Object.entries(state)
    .filter(([name]) => name.startsWith('teacher.'))
    .map(([name, tensor]) => [name.slice('teacher.'.length), [...tensor.dataSync()]] as const)

test.each(recipes)('%s: a teacher that keeps all of itself never changes', async (recipe) => {
  const { state } = await stepOnce(recipe, { momentum: 1 })
  for (const [name, values] of copies(state)) expect(values).toEqual([...start(recipe)[name]!.data])
  expect(copies(state).length).toBeGreaterThan(20)
})

test.each(recipes)('%s: the teacher follows what the pupil was before the step', async (recipe) => {
  const { state, parameters } = await stepOnce(recipe, { momentum: 0.5 })
  // both were equal at the start, so that a teacher one step behind has not moved yet
  for (const [name, values] of copies(state)) expect(values).toEqual([...start(recipe)[name]!.data])
  const moved = copies(state).filter(([name, values]) => `${values}` !== `${[...parameters[name]!.dataSync()]}`)
  expect(moved.length).toBeGreaterThan(20)
})

test.each(recipes)('%s: before the teacher has any weight, the losses are the plain ones', async (recipe) => {
  const plain = await stepOnce(recipe, { distillation: 0 })
  const first = await stepOnce(recipe, { distillation: 0.4, distillationRamp: 3 })
  const later = await stepOnce(recipe, { distillation: 0.4, distillationRamp: 3 }, { at: 4 })
  for (const [name, value] of Object.entries(plain.report)) expect(first.report[name]).toBeCloseTo(value, 5)
  expect(Math.abs(later.report['itc']! - plain.report['itc']!)).toBeGreaterThan(1e-4)
})

test.each(recipes)(
  '%s: before its step, momentum leaves the losses plain, while teacher and queue get ready',
  async (recipe) => {
    const { variant } = systemOf(knobsFor(recipe))
    const knobs = knobsFor(recipe, { momentumFrom: 2, itmFrom: 1 })
    const variants = [0, 1, 2].map((step) => variant!(step, knobs))
    expect(variants).toEqual(['withoutMatching-withoutMomentum', 'withoutMomentum', ''])
    const plain = await stepOnce(recipe, { momentum: 0, queueSize: 0, distillation: 0 })
    const early = await stepOnce(recipe, { momentumFrom: 2 }, { variant: 'withoutMomentum' })
    expect(early.report).toEqual(plain.report)
    for (const [name, values] of copies(early.state)) expect(values).toEqual([...start(recipe)[name]!.data])
    expect([...early.state['queue.sample']!.dataSync()].slice(0, 5)).toEqual([1, 2, 3, 4, -1])
  },
)

test.each(recipes)('%s: without momentum and queue nothing is kept from step to step', async (recipe) => {
  const { state, report } = await stepOnce(recipe, { momentum: 0, queueSize: 0, distillation: 0 })
  expect(Object.keys(state)).toEqual([])
  expect(report.loss).toBeGreaterThan(0)
})

test.each(recipes)('%s: a queue without a teacher holds the features of the encoders themselves', async (recipe) => {
  const { state } = await stepOnce(recipe, { momentum: 0, distillation: 0 })
  expect([...state['queue.sample']!.dataSync()]).toEqual([1, 2, 3, 4, -1, -1, -1, -1, -1, -1])
  const lengths = tf.norm(state['queue.image']!, 2, 1).dataSync()
  lengths.forEach((length, place) => expect(length).toBeCloseTo(place < 4 ? 1 : 0, 5))
})

test.each(recipes)('%s: a batch of nothing but one picture gives losses that are numbers', async (recipe) => {
  const { report } = await stepOnce(recipe, {}, { samples: [7, 7, 7, 7] })
  expect(Object.values(report).every(Number.isFinite)).toBe(true)
})

test('a batch in which no word is asked for has a loss of 0 for words, and the others as ever', async () => {
  const { report } = await stepOnce('albef', { maskRate: 0 })
  expect(report['mlm']).toBe(0)
  expect(Number.isFinite(report.gradientNorm)).toBe(true)
  expect(report['itc']).toBeGreaterThan(0)
})

test('refuses to learn from a teacher that is not there, naming the knob', () => {
  expect(() => knobsFor('albef', { momentum: 0 })).toThrow(
    expect.objectContaining({ code: 'recipe-invalid', subject: 'distillation' }),
  )
})

test.each(recipes)('%s: knows the losses that mean that nothing is learned', (recipe) => {
  const knobs = knobsFor(recipe, { queueSize: 12 })
  const signs = planOf(knobs.system).signatures!(toys[recipe]!.shape, knobs)
  expect(signs.find(({ report }) => report === 'itm')).toMatchObject({ code: 'itm-prior' })
  expect(signs.find(({ report }) => report === 'itm')!.value).toBeCloseTo(0.6365, 4)
  expect(signs.find(({ report }) => report === 'itc')!.value).toBeCloseTo(Math.log(16), 6)
})

test.each(recipes)(
  '%s: all its losses fall on pairs that can be learned, with teacher and queue',
  { timeout: 240_000 },
  async (recipe) => {
    const metrics: Record<string, number>[] = []
    const schedule = {
      steps: 250,
      batchSize: 8,
      learningRate: 0.02,
      warmupSteps: 3,
      itmFrom: 0,
      itmAnchors: 0,
      momentumFrom: 0,
    }
    const plainly = { dropout: 0, cropMinimum: 1, flip: 0, checkpointEvery: 0, logEvery: 25 }
    const changes = { ...schedule, ...plainly, queueSize: 8, distillationRamp: 100 }
    const folder = mkdtempSync(join(tmpdir(), 'winnow-albef-'))
    await trainToy({ folder, recipe, changes, metric: (_, values) => metrics.push(values) })
    const last = metrics.at(-1)!
    expect(last['itc']).toBeLessThan(Math.log(16) * 0.8)
    expect(last['itm']).toBeLessThan(0.6)
    expect(last[recipe === 'albef' ? 'mlm' : 'lm']).toBeLessThan(0.7)
  },
)
