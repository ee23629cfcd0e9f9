/**
 * Runs as a program, since one process holds one tfjs engine: draws random numbers and takes three training steps of the real
 * recipe on the runtime of its environment, and prints what it got as JSON.
 */
import { capture, categorical, dropout, fold, randomUniform, startTensor, tf } from '../../../../core/tensor/index.ts'
import { initialise, upload } from '../../../../core/model/index.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import type { Batch } from '../../../../core/train/batches.ts'
import { trainedNames } from '../../../../core/train/groups.ts'
import { createOptimiser } from '../../../../core/train/optimiser.ts'
import { captureTrainingStep, runStep, type StepReport } from '../../../../core/train/step.ts'
import { changes, shape } from '../../train/trainee.ts'

export interface Steps {
  runtime: string
  /** The same draws: eager and captured. */
  random: number[][]
  losses: StepReport[]
  /** Sum of each parameter's values after the steps. */
  sums: number[]
  compiled: number
  cached: number
}

const draw = (seed: tf.Tensor) => [
  randomUniform([3, 7], seed),
  randomUniform([257], fold(seed, 4)),
  dropout(tf.ones([40]), 0.3, fold(seed, 5)),
  categorical(tf.zeros([30, 5]), seed),
]

async function randomNumbers(): Promise<number[][]> {
  const eager = tf.tidy(() => draw(tf.tensor1d([-11, 12], 'int32')).map((tensor) => [...tensor.dataSync()]))
  const step = capture(draw, { inputs: [{ shape: [2], dtype: 'int32' }], state: [] })
  const captured = await step.run([Int32Array.of(-11, 12)])
  return [...eager, ...captured.map((tensor) => [...tensor.dataSync()])]
}

async function trainingSteps() {
  const knobs = knobsOf(recipeNamed('pretrain'), changes)
  const parameters = upload(initialise(shape, 5))
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  const textLength = 8
  const step = captureTrainingStep({
    shape,
    parameters,
    optimiser,
    knobs,
    promptLength: 0,
    textLength,
  })
  const losses: StepReport[] = []
  for (const index of [0, 1, 2])
    losses.push(await runStep(step, batch(knobs.batchSize, textLength), { knobs, seed: 3, rate: 1e-3, step: index }))
  const sums = Object.values(parameters).map((parameter) => tf.tidy(() => tf.sum(parameter).dataSync()[0]!))
  return { losses, sums }
}

/** Rows of five made-up tokens and three of padding, each with a picture of its own. */
function batch(size: number, length: number): Batch {
  const images = Uint8Array.from({ length: size * shape.image.size ** 2 * 3 }, (_, index) => (index * 37) % 256)
  const rows = Array.from({ length: size }, (_, row) => row)
  const text = Int32Array.from(rows.flatMap((row) => Array.from({ length }, (_, at) => token(row, at))))
  const ids = Int32Array.from(rows)
  const after = undefined as never // no sampler is involved
  return { images, text, caption: text, sampleIds: ids, captionIds: ids, after }
}

const token = (row: number, at: number) => (at < 5 ? 5 + ((row * 3 + at * 7) % 5) : 0)

if (process.argv[1] === import.meta.filename) {
  const runtime = await startTensor()
  const random = await randomNumbers()
  const { losses, sums } = await trainingSteps()
  const { compiled, cached } = runtime.statistics()
  console.log(JSON.stringify({ runtime: runtime.name, random, losses, sums, compiled, cached } satisfies Steps))
}
