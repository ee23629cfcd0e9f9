/** Our side of the benchmarks of the training step; see bench/train.ts. */
import { readFileSync } from 'node:fs'
import { readSafetensors } from '../../core/checkpoint/index.ts'
import { upload, type TrainableParameters } from '../../core/model/index.ts'
import { startTensor, tf, type Captured, type RuntimeName } from '../../core/tensor/index.ts'
import type { Batch } from '../../core/train/batches.ts'
import { createOptimiser, disposeOptimiser, type Optimiser } from '../../core/train/optimiser.ts'
import {
  captureTrainingStep,
  reportOf,
  runStep,
  trainingStep,
  type StepOptions,
  type StepReport,
} from '../../core/train/step.ts'
import type { TrainingCase, WrittenBatch } from '../harness/trainingCase.ts'
import { peakMemory, serve } from '../harness/serve.ts'

interface Prepared {
  options: StepOptions
  parameters: TrainableParameters
  optimiser: Optimiser
  batch: Batch
  /** By mode: plain or compiled with XLA. They share parameters and moments. */
  steps: Map<string, Captured>
  done: number
}

const prepared = new Map<string, Prepared>()
const seed = 1

async function start({ runtime, cache }: { runtime?: RuntimeName; cache?: string | false }) {
  await startTensor({ runtime, cache, expect: 'trainingStep', threads: Number(process.env['WINNOW_BENCH_THREADS']) })
}

async function prepare({ name, shape, weights, knobs, batch }: TrainingCase & { name: string }) {
  const parameters = upload(await readSafetensors(weights))
  const optimiser = createOptimiser(parameters, Object.keys(parameters))
  const { textLength } = batch
  const options = { shape, parameters, optimiser, knobs, textLength, promptLength: 1, variant: '' }
  prepared.set(name, { options, parameters, optimiser, batch: read(batch), steps: new Map(), done: 0 })
}

/** One step, captured at its first run in this mode. */
async function step({ name, mode }: { name: string; mode: 'captured' | 'xla' | 'eager' }): Promise<StepReport> {
  const found = prepared.get(name)!
  const position = { seed, rate: found.options.knobs.learningRate, step: found.done++ }
  if (mode === 'eager') return eagerStep(found, position)
  let captured = found.steps.get(mode)
  if (!captured) {
    const { knobs } = found.options
    captured = captureTrainingStep({ ...found.options, knobs: { ...knobs, compile: mode === 'xla' } })
    found.steps.set(mode, captured)
  }
  return runStep(captured, found.batch, { ...position, knobs: found.options.knobs })
}

/** The same functions without a recording: what the captured step is held against. */
async function eagerStep({ options, batch }: Prepared, position: { rate: number; step: number }): Promise<StepReport> {
  const { images, text, caption, sampleIds, captionIds } = batch
  const { batchSize } = options.knobs
  const { size } = options.shape.image
  const rows = (ids: Int32Array) => tf.tensor2d(ids, [batchSize, options.textLength], 'int32')
  const values = tf.tidy(() =>
    trainingStep(options, [
      tf.tensor4d(images, [batchSize, size, size, 3], 'int32'),
      rows(text),
      rows(caption),
      tf.tensor1d(sampleIds, 'int32'),
      tf.tensor1d(captionIds, 'int32'),
      tf.tensor1d([seed, position.step], 'int32'),
      tf.scalar(position.rate),
      tf.scalar(position.step + 1),
    ]),
  )
  const numbers = await values.data()
  values.dispose()
  return reportOf(options.knobs, numbers)
}

function drop({ name }: { name: string }) {
  const { steps, optimiser, parameters } = prepared.get(name)!
  for (const captured of steps.values()) captured.dispose()
  disposeOptimiser(optimiser)
  tf.dispose(parameters)
  prepared.delete(name)
}

function read({ images, pairs, size, text, caption, sampleIds, captionIds }: WrittenBatch): Batch {
  return {
    images: new Uint8Array(readFileSync(images)).subarray(0, pairs * size * size * 3),
    text: Int32Array.from(text.flat()),
    caption: Int32Array.from(caption.flat()),
    sampleIds: Int32Array.from(sampleIds),
    captionIds: Int32Array.from(captionIds),
    after: { seed, epoch: 0, position: 0 },
  }
}

await serve({ start, prepare, step, drop, memory: peakMemory })
