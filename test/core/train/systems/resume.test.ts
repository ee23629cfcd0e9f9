import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCheckpoint } from '../../../../core/checkpoint/index.ts'
import { listRecipes } from '../../../../core/train/index.ts'
import { trainToy, trainUntilKilled } from './support.ts'
import { toys } from './toys.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-system-'))
const weights = async (run: string) => (await loadCheckpoint(join(run, 'checkpoints', 'step-6'))).tensors

test('every recipe has a toy to test it by', () => {
  expect(Object.keys(toys).sort()).toEqual(listRecipes().map(({ name }) => name))
})

/** One recipe for each system and each of its programs; the others differ in numbers alone. */
const recipes = Object.keys(toys).filter((name) => !['captioner', 'filter', 'finetune', 'quality'].includes(name))

test.each(recipes)(
  '%s, killed between checkpoints and right after one and resumed, ends with the same bits as without',
  { timeout: 240_000 },
  async (recipe) => {
    const [straight, broken] = [folder(), folder()]
    await trainToy({ folder: straight, recipe })
    await trainUntilKilled(broken, recipe, 3)
    await trainUntilKilled(broken, recipe, 5)
    await trainToy({ folder: broken, recipe })
    expect(await weights(broken)).toEqual(await weights(straight))
  },
)

test.each(recipes)('%s learns from pairs that can be learned', { timeout: 240_000 }, async (recipe) => {
  const losses: number[] = []
  const changes = { steps: 60, dropout: 0, checkpointEvery: 0, learningRate: 3e-3, ...learning[recipe] }
  await trainToy({ folder: folder(), recipe, changes, metric: (_, values) => losses.push(watched(values)) })
  const mean = (some: number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length
  expect(mean(losses.slice(-10))).toBeLessThan(0.9 * mean(losses.slice(0, 5)))
})

/** What a recipe wants otherwise to learn in so few steps. */
const learning: Record<string, Record<string, number>> = {
  pretrain: { itmFrom: 0 },
  qformer: { itmFrom: 0 },
  // a longer queue would still be filling, and the loss rise with it
  albef: { itmFrom: 0, queueSize: 4, learningRate: 0.02 },
  'blip-momentum': { itmFrom: 0, queueSize: 4, learningRate: 0.02 },
}

/** The loss that must fall; losses of rivals have no floor of their own. */
const watched = (values: Record<string, number>): number => values['watched'] ?? values['matching'] ?? values['loss']!
