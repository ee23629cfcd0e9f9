import { beforeAll, expect, test } from 'vitest'
import type { AcmrShape } from '../../../../core/model/acmr/shape.ts'
import { randomNormal, startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import type { AcmrKnobs } from '../../../../core/train/plans/acmr.ts'
import { acmrSystem } from '../../../../core/train/systems/acmr.ts'
import type { StepContext } from '../../../../core/train/systems/system.ts'
import { toyAcmr } from '../../model/acmr/toy.ts'

beforeAll(() => startTensor())

const int = (...values: number[]) => tf.tensor1d(values, 'int32')
const model = () => toyAcmr()

function contextOf(toy: ReturnType<typeof toyAcmr>, changes: Partial<AcmrKnobs>) {
  const knobs = { ...knobsOf(recipeNamed('acmr')), batchSize: 3, steps: 10, ...changes } as unknown as AcmrKnobs
  const ids = [
    [2, 5, 6, 3],
    [2, 7, 3, 0],
    [2, 8, 9, 3],
  ]
  const text = tf.tensor2d(ids, [3, 4], 'int32')
  const images = tf.cast(tf.mul(tf.abs(randomNormal([3, 16, 16, 3], int(1, 2))), 60), 'int32')
  const numbers = { sample: int(0, 1, 2), captionId: int(0, 1, 2), seed: int(3, 1), step: tf.scalar(5) }
  const rest = { variant: '', state: {}, caption: text, promptLength: 1 }
  const { shape, parameters } = toy
  return { ...numbers, ...rest, images, text, shape, knobs, model: toy, parameters } as unknown as StepContext<
    AcmrShape,
    AcmrKnobs
  >
}

/** Gradients of the step's loss by two parameters: one of a projector, one of the classifier of modalities. */
function slopes(changes: Partial<AcmrKnobs>): [projector: number[], classifier: number[]] {
  const toy = model()
  const variables = ['image_projector.out.bias', 'modality.2.bias'].map((name) => toy.parameters[name]!)
  const { gradients } = valueAndGradients(() => acmrSystem.phases[0]!.losses(contextOf(toy, changes)).loss, variables)
  return gradients.map((gradient) => [...gradient.dataSync()]) as [number[], number[]]
}

const strength = 2 / (1 + Math.exp(-10 * 0.5)) - 1

test('the projectors descend the losses of embedding and climb that of modality, by the strength of this step', () => {
  const none = { wordWeight: 0, tripletWeight: 0 }
  const [reversed, classifier] = slopes({ ...none, adversarialWeight: 1 })
  const [weaker, sameClassifier] = slopes({ ...none, adversarialWeight: 0.5 })
  const [embedding] = slopes({ adversarialWeight: 0 })
  const [all] = slopes({ adversarialWeight: 1 })
  expect(Math.max(...reversed.map(Math.abs))).toBeGreaterThan(1e-4)
  all.forEach((slope, at) => expect(slope).toBeCloseTo(embedding[at]! + reversed[at]!, 4))
  weaker.forEach((slope, at) => expect(slope).toBeCloseTo(reversed[at]! / 2, 5))
  // the classifier itself descends, whatever the strength
  expect(sameClassifier).toEqual(classifier)
})

test('the reversed gradient is the one that finite differences of the modality loss give, turned round', () => {
  const toy = model()
  const bias = toy.parameters['image_projector.out.bias']!
  const context = contextOf(toy, { wordWeight: 0, tripletWeight: 0, adversarialWeight: 1 })
  const loss = () => acmrSystem.phases[0]!.losses(context).loss
  const slope = valueAndGradients(loss, [bias]).gradients[0]!.dataSync()[0]!
  const start = [...bias.dataSync()]
  const at = (by: number) => {
    bias.assign(tf.tensor1d([start[0]! + by, ...start.slice(1)]))
    return loss().dataSync()[0]!
  }
  expect(slope).toBeCloseTo((-strength * (at(0.004) - at(-0.004))) / 0.008, 4)
})

test('a caption without words does not drown the gradient of the others', () => {
  const toy = model()
  const weight = toy.parameters['text_projector.out.weight']!
  const context = contextOf(toy, {})
  const empty = tf.tensor2d(
    [
      [2, 5, 6, 3],
      [2, 3, 0, 0],
      [2, 8, 9, 3],
    ],
    [3, 4],
    'int32',
  )
  const loss = () => acmrSystem.phases[0]!.losses({ ...context, text: empty }).loss
  const gradient = valueAndGradients(loss, [weight, toy.parameters['text_projector.out.bias']!]).gradients
  expect(Math.max(...gradient.flatMap((x) => [...x.dataSync()].map(Math.abs)))).toBeLessThan(1000)
})

test('reports the losses, how often the modality is told, and the strength', () => {
  const { loss, report } = acmrSystem.phases[0]!.losses(contextOf(model(), { adversarialWeight: 0.5 }))
  const value = (name: string) => report[name]!.dataSync()[0]!
  expect(Object.keys(report)).toEqual(acmrSystem.reports({} as AcmrKnobs))
  expect(value('reversal')).toBeCloseTo(strength / 2, 5)
  expect(value('words')).toBeGreaterThan(1)
  expect(loss.dataSync()[0]).toBeCloseTo(value('words') + 3 * value('triplet') + value('modality'), 4)
})
