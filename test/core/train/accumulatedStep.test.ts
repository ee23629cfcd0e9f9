import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { download, initialise, upload } from '../../../core/model/index.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { accumulatedStep } from '../../../core/train/accumulatedStep.ts'
import type { Batch } from '../../../core/train/batches.ts'
import { trainedNames } from '../../../core/train/groups.ts'
import { createOptimiser } from '../../../core/train/optimiser.ts'
import { planOf } from '../../../core/train/plans/index.ts'
import { silentProfiler } from '../../../core/train/profiler.ts'
import { knobsOf, listRecipes, recipeNamed } from '../../../core/train/recipe.ts'
import { createState } from '../../../core/train/state.ts'
import { captureTrainingStep, runStep, type StepReport } from '../../../core/train/step.ts'
import { systemOf } from '../../../core/train/systems/index.ts'
import { estimateMemory } from '../../../core/train/memory.ts'
import { changes, shape, silent, trainHere } from './trainee.ts'

beforeAll(() => startTensor())

const [textLength, seed, rate] = [6, 5, 0.01]
const at = { seed, rate, step: 0 }

/** Pairs `from` to `from + count` of made-up bytes, with as many words in each caption. */
function batchOf(from: number, count: number): Batch {
  const rows = Array.from({ length: count }, (_, row) => from + row)
  const ids = (first: number) => Int32Array.from(rows.flatMap((row) => [first, 7, 8 + (row % 4), 3, 0, 0]))
  const pixels = rows.flatMap((row) => Array.from({ length: 192 }, (_, i) => (i * 37 + row * 61) % 256))
  const numbers = Int32Array.from(rows)
  const { cls, dec } = shape.text.tokens
  const texts = { text: ids(cls), caption: ids(dec) }
  const after = { seed: 0, epoch: 0, position: from + count }
  return { images: Uint8Array.from(pixels), ...texts, sampleIds: numbers, captionIds: numbers, after }
}

interface Outcome {
  report: StepReport
  /** A tenth of each parameter's gradient: the first moments after one step. */
  slopes: Record<string, Float32Array>
  /** The system's own variables. */
  state: Record<string, Float32Array>
}

interface Given {
  recipe: string
  changes?: Record<string, number>
  batches: Batch[]
  /** Sets the system's variables before the step. */
  prepare?: (state: Record<string, tf.Variable>) => void
}

/** One step from the same weights over some batches; over a single one by the usual program. */
async function stepOver({ recipe, changes, batches, prepare }: Given): Promise<Outcome> {
  const sizes = { batchSize: batches[0]!.sampleIds.length, accumulate: batches.length }
  const knobs = knobsOf(recipeNamed(recipe), { dropout: 0, clipNorm: 0, compile: false, ...sizes, ...changes })
  const parameters = upload(initialise(shape, 4))
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  const state = createState({ shape, knobs, seed, parameters })
  prepare?.(state)
  const options = { shape, knobs, parameters, optimiser, state, promptLength: 1, textLength }
  const inParts = accumulatedStep(options, silentProfiler)
  const left = [...batches]
  const report = inParts
    ? await inParts.run(async () => left.shift()!, at)
    : await runStep(captureTrainingStep(options), batches[0]!, { ...at, knobs })
  inParts?.dispose()
  return { report, slopes: await values(optimiser.first), state: await values(state) }
}

async function values(variables: Record<string, tf.Variable>): Promise<Record<string, Float32Array>> {
  const entries = Object.entries(variables).map(async ([name, variable]) => [name, await variable.data<'float32'>()])
  return Object.fromEntries(await Promise.all(entries))
}

const furthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0)

const close = (a: number, b: number) => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b))

const apart = (a: Outcome, b: Outcome) =>
  Math.max(...Object.keys(a.slopes).map((name) => furthest(a.slopes[name]!, b.slopes[name]!)))

describe('a step over two batches of four', () => {
  test('has the gradients and the reports of one batch of eight, where each pair has its own loss', async () => {
    const whole = await stepOver({ recipe: 'captioner', batches: [batchOf(0, 8)] })
    const parts = await stepOver({ recipe: 'captioner', batches: [batchOf(0, 4), batchOf(4, 4)] })
    expect(apart(whole, parts)).toBeLessThan(1e-7)
    expect(Object.keys(parts.report)).toEqual(Object.keys(whole.report))
    const off = Object.entries(whole.report).filter(([name, value]) => !close(parts.report[name]!, value))
    expect(off).toEqual([])
    const half = await stepOver({ recipe: 'captioner', batches: [batchOf(0, 4)] })
    expect(apart(whole, half)).toBeGreaterThan(5e-6)
  })

  test('draws other random numbers for the second', async () => {
    const [once, twice] = [[batchOf(0, 4)], [batchOf(0, 4), batchOf(0, 4)]]
    const distance = async (dropout: number) => {
      const changes = { dropout }
      const [one, two] = [
        await stepOver({ recipe: 'captioner', batches: once, changes }),
        await stepOver({ recipe: 'captioner', batches: twice, changes }),
      ]
      return apart(one, two)
    }
    expect(await distance(0)).toBeLessThan(1e-7)
    expect(await distance(0.4)).toBeGreaterThan(1e-5)
  })

  test('puts both into the queue, and lets the teacher follow once', async () => {
    const weight = 'vision_model.encoder.layers.0.mlp.fc1.weight'
    const { state } = await stepOver({
      recipe: 'blip-momentum',
      changes: { itmFrom: 0, momentumFrom: 0, momentum: 0.5, queueSize: 10 },
      batches: [batchOf(0, 4), batchOf(4, 4)],
      prepare: (variables) => {
        const teacher = variables[`teacher.${weight}`]!
        teacher.assign(tf.zerosLike(teacher))
      },
    })
    expect([...state['queue.sample']!]).toEqual([4, 5, 6, 7, 0, 1, 2, 3, -1, -1])
    const start = initialise(shape, 4)[weight]!.data
    expect(furthest(state[`teacher.${weight}`]!, start.map((value) => value / 2))).toBeLessThan(1e-8) // prettier-ignore
  })
})

test('a run stopped twice and resumed ends with the same bits, though its steps reach across epochs', async () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'winnow-accumulate-'))
  const queue = { momentum: 0.9, momentumFrom: 2, queueSize: 6 }
  const knobs = knobsOf(recipeNamed('blip-momentum'), { ...changes, ...queue, accumulate: 2, steps: 7 })
  const straight = await trainHere(folder(), { knobs })
  const broken = folder()
  for (const step of [1, 6]) {
    const stop = new AbortController()
    const report = { ...silent, progress: (done: number) => done === step && stop.abort() }
    const { outcome } = await trainHere(broken, { knobs, report, signal: stop.signal })
    expect(outcome).toMatchObject({ kind: 'cancelled', step })
  }
  const resumed = await trainHere(broken, { knobs })
  expect(resumed.outcome.step).toBe(7)
  expect(await download(resumed.parameters)).toEqual(await download(straight.parameters))
}, 240_000)

describe('accumulation is refused', () => {
  test('where optimisers take turns, and nowhere else', () => {
    const turning = listRecipes().filter((recipe) => systemOf(recipe).phases.length > 1)
    const refusing = listRecipes().filter((recipe) => planOf(recipe.system).alternating)
    expect(refusing).toEqual(turning)
    const refused = expect.objectContaining({ code: 'recipe-invalid', subject: 'accumulate' })
    for (const recipe of turning) expect(() => knobsOf(recipe, { accumulate: 2 })).toThrow(refused)
    expect(turning.map(({ name }) => name)).toContain('gan')
    expect(knobsOf(recipeNamed('acmr'), { accumulate: 2 }).accumulate).toBe(2)
  })

  test('where the batch is already worked off in chunks', () => {
    const chunked = (accumulate: number) => knobsOf(recipeNamed('clip'), { batchSize: 8, chunk: 4, accumulate })
    expect(chunked(1)).toMatchObject({ chunk: 4 })
    expect(() => chunked(2)).toThrow(/accumulate.*chunks/)
  })
})

test('its sums take the memory of one more set of gradients', () => {
  const [one, two] = [1, 2].map((accumulate) => estimateMemory(shape, knobsOf(recipeNamed('finetune'), { accumulate })))
  expect(two!.total - one!.total).toBe(one!.gradients)
})
