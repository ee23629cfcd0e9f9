import { beforeAll, expect, test } from 'vitest'
import { initialise, upload } from '../../../../core/model/index.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { trainedNames } from '../../../../core/train/groups.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { alignmentPlan, type AlignmentKnobs } from '../../../../core/train/plans/alignment.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/recipe.ts'
import { reportOf, trainingStep } from '../../../../core/train/step.ts'
import { alignmentSystem } from '../../../../core/train/systems/alignment.ts'
import { alignmentToys } from './alignmentToys.ts'

beforeAll(() => startTensor())

const batchSize = 4
const knobsFor = (recipe: string, changes: Record<string, number | string> = {}) =>
  knobsOf(recipeNamed(recipe), { batchSize, dropout: 0, ...changes }) as AlignmentKnobs & Record<string, unknown>

/** One step on pictures and texts that are all the same, under different numbers: nothing tells pairs apart. */
function collapsedStep(recipe: string, changes: Record<string, number | string>, variant: string) {
  const { shape } = alignmentToys[recipe]!
  const knobs = knobsFor(recipe, changes)
  const parameters = upload(initialise(shape, 5))
  const { size } = shape.image
  const row = [shape.text.tokens.cls, 7, 8, shape.text.tokens.sep, 0, 0]
  const ids = tf.tensor2d(Array.from({ length: batchSize }, () => row), undefined, 'int32') // prettier-ignore
  const numbers = tf.range(0, batchSize, 1, 'int32')
  const inputs = [
    tf.fill([batchSize, size, size, 3], 90, 'int32'),
    ids,
    ids,
    numbers,
    numbers,
    tf.tensor1d([1, 2], 'int32'),
    tf.scalar(0.001),
    tf.scalar(1),
  ]
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  return reportOf(knobs, trainingStep({ shape, parameters, optimiser, knobs, promptLength: 1, textLength: 6, variant }, inputs).dataSync()) // prettier-ignore
}

test.each([
  ['vse', { negatives: 'hardest', margin: 0.2 }, 'triplet', 2 * 4 * 0.2],
  ['scan', { negatives: 'hardest', margin: 0.3 }, 'triplet', 2 * 4 * 0.3],
  ['vse', { negatives: 'sum', margin: 0.2 }, 'triplet', 2 * 4 * 3 * 0.2],
  ['alignment', {}, 'itc', Math.log(4)],
] as const)('%s with %o recognises a collapsed space', (recipe, changes, name, value) => {
  const report = collapsedStep(recipe, changes, '')
  expect(report[name]).toBeCloseTo(value, 4)
  const { shape } = alignmentToys[recipe]!
  const [signature] = alignmentPlan.signatures!(shape as never, knobsFor(recipe, changes))
  expect(signature!.report).toBe(name)
  expect(Math.abs(signature!.value - report[name]!)).toBeLessThan(signature!.tolerance)
})

test('sums over all negatives until the hardest are to be chosen', () => {
  const knobs = knobsFor('vse', { hardestFrom: 5 })
  expect([0, 4, 5].map((step) => alignmentSystem.variant!(step, knobs))).toEqual(['everyNegative', 'everyNegative', ''])
  expect(collapsedStep('vse', { hardestFrom: 5, margin: 0.2 }, 'everyNegative')['loss']).toBeCloseTo(2 * 4 * 3 * 0.2, 4)
  expect(alignmentSystem.variant!(0, knobsFor('alignment', { hardestFrom: 5 }))).toBe('')
})

test('trains a temperature only where the loss has one', () => {
  expect(alignmentPlan.trains('temp', knobsFor('vse'))).toBe(false)
  expect(alignmentPlan.trains('temp', knobsFor('alignment'))).toBe(true)
  expect(alignmentPlan.trains('region_proj.weight', knobsFor('vse'))).toBe(true)
})

test('refuses a loss that it does not know, naming the knob', () => {
  expect(() => knobsFor('vse', { loss: 'cosine' })).toThrow(expect.objectContaining({ subject: 'loss' }))
})
