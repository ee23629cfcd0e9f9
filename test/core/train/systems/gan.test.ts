import { beforeAll, expect, test } from 'vitest'
import { download } from '../../../../core/model/index.ts'
import { encodeText, judge, seePictures, toSigned } from '../../../../core/model/gan/index.ts'
import { randomNormal, startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import { inDiscriminatorPhase, inGeneratorPhase, type GanKnobs } from '../../../../core/train/plans/gan.ts'
import { reportOf, trainingStep } from '../../../../core/train/step.ts'
import { ganSystem } from '../../../../core/train/systems/gan.ts'
import type { StepContext } from '../../../../core/train/systems/system.ts'
import type { GanShape } from '../../../../core/model/gan/shape.ts'
import { toyGan } from '../../model/gan/toy.ts'

beforeAll(() => startTensor())

const int = (...values: number[]) => tf.tensor1d(values, 'int32')
const batch = (captions = int(0, 1, 2, 3)) => ({
  images: tf.cast(tf.mul(tf.abs(randomNormal([4, 16, 16, 3], int(1, 2))), 60), 'int32') as tf.Tensor,
  text: tf.tensor2d(
    [
      [2, 5, 6, 3],
      [2, 7, 3, 0],
      [2, 8, 9, 3],
      [2, 6, 3, 0],
    ],
    [4, 4],
    'int32',
  ) as tf.Tensor,
  sample: int(0, 1, 2, 3) as tf.Tensor,
  captionId: captions as tf.Tensor,
  seed: int(3, 1) as tf.Tensor,
  step: tf.scalar(1),
})

function contextOf(model = toyGan(), changes: Partial<GanKnobs> = {}, captions?: tf.Tensor1D) {
  const knobs = { ...knobsOf(recipeNamed('gan')), batchSize: 4, ...changes } as unknown as GanKnobs
  const given = batch(captions)
  const { shape, parameters } = model
  const rest = { variant: '', state: {}, caption: given.text, promptLength: 1 }
  return { ...given, ...rest, shape, knobs, model, parameters } as StepContext<GanShape, GanKnobs>
}

const scalar = (x: tf.Tensor) => x.dataSync()[0]!

test('each parameter is trained in one of the two phases', () => {
  const names = Object.keys(toyGan().parameters)
  expect(names.filter((name) => inDiscriminatorPhase(name) === inGeneratorPhase(name))).toEqual([])
})

test('each phase moves its own parameters only, and all of them', async () => {
  const context = contextOf()
  const { parameters, shape, knobs } = context
  const names = Object.keys(parameters)
  const optimiser = createOptimiser(parameters, names)
  const options = { shape, parameters, optimiser, knobs: knobs as never, promptLength: 1, textLength: 4 }
  const { images, text, sample, captionId, seed, step } = context
  const inputs = [images, text, text, sample, captionId, seed, tf.scalar(0.01), step]
  const { phases } = ganSystem
  try {
    for (const [index, own] of [inDiscriminatorPhase, inGeneratorPhase].entries()) {
      ganSystem.phases = [phases[index]!]
      const before = await download(parameters)
      // one phase alone lacks the other's reports
      ganSystem.phases[0] = { ...phases[index]!, losses: (c) => complete(phases[index]!.losses(c)) }
      trainingStep(options, inputs)
      const after = await download(parameters)
      const moved = (name: string) => before[name]!.data.some((value, at) => value !== after[name]!.data[at])
      expect(names.filter(moved)).toEqual(names.filter(own))
    }
  } finally {
    ganSystem.phases = phases
  }
})

/** Losses with zeros for the reports of the other phase, and with what `after` wants. */
function complete(losses: ReturnType<(typeof ganSystem.phases)[0]['losses']>): typeof losses {
  const { knobs } = contextOf()
  const zeros = Object.fromEntries(ganSystem.reports(knobs).map((name) => [name, tf.scalar(0)]))
  const carried = { first: tf.zeros([4, 2]), second: tf.zeros([4, 2]), real: tf.scalar(1), ...losses.carried }
  return {
    ...losses,
    report: { ...zeros, ...losses.report },
    carried: { ...carried, first: tf.zeros([4, 2]), second: tf.zeros([4, 2]) },
  }
}

test('the generator learns nothing about captions from the text encoder: no gradient reaches it', () => {
  const context = contextOf()
  const texts = Object.keys(context.parameters).filter((name) => name.startsWith('text_encoder'))
  const trained = Object.keys(context.parameters).filter((name) => ganSystem.phases[1]!.trains!(name, context.knobs))
  expect(trained.some((name) => texts.includes(name))).toBe(false)
})

test('captions that are all the same leave no wrong text, and the loss is that of the rest', () => {
  const model = toyGan()
  const same = ganSystem.phases[0]!.losses(contextOf(model, { matchingWeight: 0 }, int(5, 5, 5, 5)))
  const context = contextOf(model, { matchingWeight: 0 })
  const right = judge(model, seePictures(model, toSigned(context.images)), encodeText(model, context.text))
  const real = scalar(tf.mean(tf.sub(tf.softplus(right), tf.mul(right, 0.9))))
  const fake = scalar(same.loss) - real
  // what is left is half of the loss on generated pictures, which at the start is near ln 2
  expect(fake).toBeGreaterThan(0.2)
  expect(fake).toBeLessThan(0.5)
})

test('the gradient of the discriminator agrees with finite differences', () => {
  const context = contextOf(toyGan(), { matchingWeight: 1 })
  const variable = context.parameters['discriminator.text.bias']!
  const loss = () => ganSystem.phases[0]!.losses(context).loss
  const slope = scalar(valueAndGradients(loss, [variable]).gradients[0]!)
  const start = variable.dataSync().slice()
  const at = (by: number) => {
    variable.assign(tf.tensor1d([start[0]! + by, ...start.slice(1)]))
    return scalar(loss())
  }
  expect((at(0.02) - at(-0.02)) / 0.04).toBeCloseTo(slope, 3)
})

test('a caption without words does not drown the gradient of the others', () => {
  const context = contextOf()
  const rows = [
    [2, 5, 6, 3],
    [2, 3, 0, 0],
    [2, 8, 9, 3],
    [2, 6, 3, 0],
  ]
  const text = tf.tensor2d(rows, [4, 4], 'int32')
  const bias = context.parameters['text_encoder.projection.bias']!
  const loss = () => ganSystem.phases[0]!.losses({ ...context, text }).loss
  expect(Math.max(...valueAndGradients(loss, [bias]).gradients[0]!.dataSync().map(Math.abs))).toBeLessThan(1000)
})

test('reports the measures of collapse in units of real pictures', async () => {
  const context = contextOf()
  const { parameters, shape, knobs } = context
  const optimiser = createOptimiser(parameters, Object.keys(parameters))
  const { images, text, sample, captionId, seed, step } = context
  const inputs = [images, text, text, sample, captionId, seed, tf.scalar(0.001), step]
  const options = { shape, parameters, optimiser, knobs: knobs as never, promptLength: 1, textLength: 4 }
  const report = reportOf(knobs as never, await trainingStep(options, inputs).data())
  expect(report['diversity']).toBeGreaterThan(0)
  expect(report['variety']).toBeGreaterThan(0)
  // before anything is learned, every score is near a half
  const scores = ['right', 'wrong', 'fake'].map((name) => report[name]!)
  expect(Math.max(...scores.map((score) => Math.abs(score - 0.5)))).toBeLessThan(0.3)
})
