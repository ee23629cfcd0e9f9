import { beforeAll, expect, test } from 'vitest'
import { initialise, upload } from '../../../../core/model/index.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { cnnRnnPlan, type CnnRnnKnobs } from '../../../../core/train/plans/cnnRnn.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import { captureTrainingStep, runStep } from '../../../../core/train/step.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { createTokenizer } from '../../../../core/text/tokenizer.ts'
import { vocabulary } from '../trainee.ts'
import { cnnRnnToy } from './cnnRnnToys.ts'

beforeAll(() => startTensor())

const texts = ['a red picture', 'a green picture', 'a blue picture', 'a gray picture']
const colours = [
  [220, 30, 30],
  [30, 200, 40],
  [20, 40, 230],
  [128, 128, 128],
]
const ids = Int32Array.of(0, 1, 2, 3)
const tokenizer = createTokenizer(vocabulary)
const batch = {
  images: Uint8Array.from(colours.flatMap((colour) => Array.from({ length: 64 }, () => colour).flat())),
  text: tokenizer.encodeBatch(texts, { length: 6 }),
  caption: tokenizer.encodeBatch(texts, { length: 6, first: 'dec' }),
  sampleIds: ids,
  captionIds: ids,
  after: { seed: 0, epoch: 0, position: 0 },
}
const changes = { batchSize: 4, dropout: 0, weightDecay: 0, labelSmoothing: 0, coverageWeight: 0 }
const knobs = (over = {}) => knobsOf(recipeNamed('cnn-rnn'), { ...changes, ...over }) as unknown as CnnRnnKnobs

/** The reports of as many steps as asked for, on one and the same batch. */
async function learn(text: object, steps: number, over = {}) {
  const shape = cnnRnnToy(text)
  const parameters = upload(initialise(shape, 6))
  const optimiser = createOptimiser(parameters, Object.keys(parameters))
  const known = knobs(over)
  const step = captureTrainingStep({ shape, parameters, optimiser, knobs: known, promptLength: 1, textLength: 6 })
  const reports = []
  for (let at = 0; at < steps; at++) {
    reports.push(await runStep(step, batch, { knobs: known, seed: 3, rate: 0.01, step: at }))
  }
  step.dispose()
  tf.dispose(parameters)
  return reports
}

test.each([
  { kind: 'lstm', fusion: 'initial' },
  { kind: 'gru', fusion: 'concat' },
  { kind: 'gru', fusion: 'attention' },
  { kind: 'transformer', fusion: 'attention', depth: 1, heads: 2, inner: 16 },
])('$kind with $fusion learns four pictures by heart', async (text) => {
  const losses = (await learn(text, 250)).map(({ loss }) => loss)
  // a captioner that doesn't look can't get below ln 4 for one of four tokens
  expect(losses.at(-1)).toBeLessThan(0.25 * (Math.log(4) / 4))
})

test('a model that knows nothing is recognised by its loss', async () => {
  const shape = cnnRnnToy({ kind: 'lstm', fusion: 'initial' })
  const [signature] = cnnRnnPlan.signatures!(shape, knobs())
  const [first] = await learn({ kind: 'lstm', fusion: 'initial' }, 1)
  expect(Math.abs(first!['lm']! - signature!.value)).toBeLessThan(0.2)
  expect(signature!.value).toBeCloseTo(Math.log(vocabulary.length), 10)
})

test('the wish to look everywhere counts by its weight, and is nothing to a model without attention', async () => {
  const [seen] = await learn({ kind: 'lstm', fusion: 'attention' }, 1, { coverageWeight: 0.5 })
  expect(seen!['coverage']).toBeGreaterThan(0)
  expect(seen!.loss).toBeCloseTo(seen!['lm']! + 0.5 * seen!['coverage']!, 5)
  const [blind] = await learn({ kind: 'lstm', fusion: 'initial' }, 1, { coverageWeight: 0.5 })
  expect(blind!['coverage']).toBe(0)
  expect(blind!.loss).toBeCloseTo(blind!['lm']!, 6)
})
