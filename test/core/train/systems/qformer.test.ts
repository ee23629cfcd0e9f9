import { beforeAll, expect, test } from 'vitest'
import { initialise, upload, type TrainableParameters } from '../../../../core/model/index.ts'
import type { QFormerShape } from '../../../../core/model/qformer/shape.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { trainedNames } from '../../../../core/train/groups.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { qformerPlan, type QFormerKnobs } from '../../../../core/train/plans/qformer.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/recipe.ts'
import { reportOf, trainingStep } from '../../../../core/train/step.ts'
import { qformerSystem } from '../../../../core/train/systems/qformer.ts'
import { qformerToys } from './qformerToys.ts'

beforeAll(() => startTensor())

const batchSize = 4
const shape = qformerToys['qformer']!.shape as QFormerShape
const knobsFor = (changes: Record<string, number | string | boolean> = {}) =>
  knobsOf(recipeNamed('qformer'), { batchSize, dropout: 0, ...changes }) as QFormerKnobs

interface StepOptions {
  changes?: Record<string, number | string | boolean>
  /** The picture that each of the four pairs shows. */
  samples?: number[]
  /** All pictures and texts the same, under different numbers: nothing tells pairs apart. */
  collapsed?: boolean
  prepare?: (parameters: TrainableParameters) => void
}

/** One step on four pairs. */
function step({ changes, samples = [0, 1, 2, 3], collapsed = false, prepare }: StepOptions = {}) {
  const knobs = knobsFor(changes)
  const parameters = upload(initialise(shape, 5))
  prepare?.(parameters)
  const { cls, dec, sep } = shape.text.tokens
  const words = samples.map((_, at) => (collapsed ? 7 : 7 + at))
  const ids = (first: number) => tf.tensor2d(words.map((word) => [first, word, 8, sep, 0, 0]), undefined, 'int32') // prettier-ignore
  const { size } = shape.image
  const noise = (at: number) => (collapsed ? 90 : (at * 37 + Math.floor(at / 100) * 11) % 256)
  const inputs = [
    tf.tensor(Int32Array.from({ length: batchSize * size * size * 3 }, (_, at) => noise(at)), [batchSize, size, size, 3], 'int32'), // prettier-ignore
    ids(cls),
    ids(dec),
    tf.tensor1d(samples, 'int32'),
    tf.range(0, batchSize, 1, 'int32'),
    tf.tensor1d([1, 2], 'int32'),
    tf.scalar(0.001),
    tf.scalar(1),
  ]
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  const values = trainingStep({ shape, parameters, optimiser, knobs, promptLength: 1, textLength: 6, variant: '' }, inputs) // prettier-ignore
  return { report: reportOf(knobs, values.dataSync()), parameters }
}

test('recognises features that are all alike and a matching head that knows only the prior', () => {
  const prepare = (parameters: TrainableParameters) => {
    parameters['itm_head.weight']!.assign(tf.zeros([2, shape.text.width]))
    parameters['itm_head.bias']!.assign(tf.tensor1d([Math.log(2), 0]))
  }
  const { report } = step({ collapsed: true, prepare })
  const signatures = qformerPlan.signatures!(shape, knobsFor())
  expect(signatures.map((signature) => signature.report)).toEqual(['itc', 'itm'])
  for (const signature of signatures) {
    expect(report[signature.report]).toBeCloseTo(signature.value, 4)
  }
})

test('adds the three losses up by their weights, and leaves out what has none', () => {
  const { report } = step({ changes: { itcWeight: 2, itmWeight: 0.5 } })
  expect(report['loss']).toBeCloseTo(2 * report['itc']! + 0.5 * report['itm']! + report['lm']!, 4)
  const alone = step({ changes: { itcWeight: 0, itmWeight: 0 } }).report
  expect(alone['loss']).toBeCloseTo(alone['lm']!, 6)
  expect(Object.keys(alone).sort()).toEqual(['gradientNorm', 'lm', 'loss', 'temperature'])
})

test('counts pairs of one picture as positives by the knob alone', () => {
  const itc = (positivesById: boolean, samples: number[]) =>
    step({ changes: { positivesById }, samples }).report['itc']!
  expect(itc(false, [0, 1, 0, 3])).toBe(itc(false, [0, 1, 2, 3]))
  expect(itc(true, [0, 1, 2, 3])).toBeCloseTo(itc(false, [0, 1, 2, 3]), 5)
  expect(itc(true, [0, 1, 0, 3])).not.toBeCloseTo(itc(false, [0, 1, 0, 3]), 3)
})

test('a frozen picture encoder keeps every bit but its last norm', () => {
  const before = initialise(shape, 5)
  const { parameters } = step({ changes: { freezeVision: true } })
  const moved = Object.keys(before).filter((name) => {
    const after = parameters[name]!.dataSync()
    return before[name]!.data.some((value, at) => value !== after[at])
  })
  const vision = moved.filter((name) => name.startsWith('vision_model.'))
  expect(vision).toEqual(['vision_model.post_layernorm.weight', 'vision_model.post_layernorm.bias'])
  expect(moved).toContain('query_tokens')
})

test('trains a head only where its loss counts', () => {
  const trains = (name: string, changes: Record<string, number>) => qformerPlan.trains(name, knobsFor(changes))
  expect(trains('temp', { itcWeight: 0 })).toBe(false)
  expect(trains('itm_head.weight', { itmWeight: 0 })).toBe(false)
  expect(trains('cls.predictions.bias', { lmWeight: 0 })).toBe(false)
  expect(trains('query_tokens', { itcWeight: 0, itmWeight: 0 })).toBe(true)
})

test('begins with the matching loss when it is told to', () => {
  const variants = [0, 4, 5].map((at) => qformerSystem.variant!(at, knobsFor({ itmFrom: 5 })))
  expect(variants).toEqual(['withoutMatching', 'withoutMatching', ''])
  expect(qformerSystem.variant!(0, knobsFor({ itmFrom: 5, itmWeight: 0 }))).toBe('')
})

test('plans less memory for a frozen encoder and for fewer anchors', () => {
  const kept = (changes: Record<string, number | boolean>) => qformerPlan.keptFloats(shape, knobsFor(changes))
  expect(kept({ freezeVision: true })).toBeLessThan(kept({}))
  expect(kept({ itmAnchors: 2 })).toBeLessThan(kept({ itmAnchors: 4 }))
  expect(kept({ batchSize: 8, itmAnchors: 0 })).toBe(2 * kept({ itmAnchors: 0 }))
})
