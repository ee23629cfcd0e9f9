import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { initialise, upload } from '../../../core/model/index.ts'
import { startTensor } from '../../../core/tensor/index.ts'
import { trainedNames } from '../../../core/train/groups.ts'
import { createOptimiser } from '../../../core/train/optimiser.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'
import { createState } from '../../../core/train/state.ts'
import { captureTrainingStep, runStep } from '../../../core/train/step.ts'
import { toys } from './systems/toys.ts'

beforeAll(() => startTensor())

/** A tenth of each gradient (the first moments after one step from the same weights), and the reports. */
async function stepOf(recipe: string, changes: Record<string, number | boolean>) {
  const { shape, changes: own } = toys[recipe]!
  const common = { batchSize: 4, clipNorm: 0, compile: false }
  const knobs = knobsOf(recipeNamed(recipe), { ...common, ...own, ...changes })
  const parameters = upload(initialise(shape, 4))
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  const state = createState({ shape, knobs, seed: 5, parameters })
  const step = captureTrainingStep({ shape, knobs, parameters, optimiser, state, promptLength: 1, textLength: 6 })
  const { size } = shape.image
  const { cls, dec } = shape.text.tokens
  const rows = [0, 1, 2, 3]
  const ids = (first: number) => Int32Array.from(rows.flatMap((row) => [first, 7, 7 + row, 3, 0, 0]))
  const batch = {
    images: Uint8Array.from({ length: 4 * size * size * 3 }, (_, i) => (i * 37 + Math.floor(i / 192) * 61) % 256),
    text: ids(cls),
    caption: ids(dec),
    sampleIds: Int32Array.from(rows),
    captionIds: Int32Array.from(rows),
    after: { seed: 0, epoch: 0, position: 4 },
  }
  const report = await runStep(step, batch, { knobs, seed: 5, rate: 0.01, step: 0 })
  const moments = Object.entries(optimiser.first).map(async ([name, moment]) => [name, await moment.data<'float32'>()])
  return { report, slopes: Object.fromEntries(await Promise.all(moments)) as Record<string, Float32Array> }
}

describe('activation recomputation', () => {
  test.each([
    ['pretrain', { itmFrom: 0, dropout: 0 }],
    ['pretrain', { itmFrom: 0, dropout: 0.3 }],
    ['clip', { dropout: 0.3 }],
    ['albef', { itmFrom: 0, dropout: 0.3 }],
    ['qformer', { itmFrom: 0, dropout: 0.3 }],
  ])('of %s with %o leaves every gradient as it was', { timeout: 120_000 }, async (recipe, changes) => {
    const kept = await stepOf(recipe, changes)
    const again = await stepOf(recipe, { ...changes, recompute: true })
    const off = Object.keys(kept.slopes).filter((name) => !near(again.slopes[name]!, kept.slopes[name]!))
    expect(off).toEqual([])
    expect(again.report.loss).toBeCloseTo(kept.report.loss, 6)
    expect(again.report.gradientNorm).toBeGreaterThan(0)
  })

  test('is refused by systems whose blocks keep what they compute', () => {
    const refused = expect.objectContaining({ code: 'recipe-invalid', subject: 'recompute' })
    expect(() => knobsOf(recipeNamed('gan'), { recompute: true })).toThrow(refused)
    expect(knobsOf(recipeNamed('filter'), { recompute: true })).toMatchObject({ recompute: true })
  })
})

function near(ours: Float32Array, theirs: Float32Array): boolean {
  const size = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return ours.every((value, i) => Math.abs(value - theirs[i]!) < 1e-7 + 1e-5 * size)
}

/** Of a process of its own, since a peak never falls. */
function peakOf(mode: 'kept' | 'recomputed'): number {
  return Number(
    execFileSync(process.execPath, [join(import.meta.dirname, 'recomputePeak.ts'), mode], { encoding: 'utf8' }),
  )
}

test('takes about half the memory in a stack of twelve blocks', { timeout: 240_000 }, () => {
  expect(peakOf('recomputed') / peakOf('kept')).toBeLessThan(0.7)
})
