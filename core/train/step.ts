import { encodeImages, imageFeature, textFeature } from '../model/blip.ts'
import { createDrop, type Model } from '../model/layers.ts'
import type { TrainableParameters } from '../model/parameters.ts'
import type { Shape } from '../model/shape.ts'
import { rememberPicture } from '../model/text.ts'
import { clampTemperature, contrastiveLoss, positivePairs, similarities } from '../objective/itc.ts'
import { matchingLoss } from '../objective/itm.ts'
import { captioningLoss } from '../objective/lm.ts'
import { capture, fold, tf, valueAndGradients, type Captured } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import type { Knobs } from './knobs.ts'
import { applyGradients, optimiserTensors, type Optimiser } from './optimiser.ts'
import { silentProfiler } from './profiler.ts'

/** What a step reports, in the order of its one output. */
export const reported = ['loss', 'itc', 'itm', 'lm', 'gradientNorm', 'temperature'] as const
export type StepReport = Record<(typeof reported)[number], number>

export interface StepOptions {
  shape: Shape
  parameters: TrainableParameters
  optimiser: Optimiser
  knobs: Knobs
  /** Tokens before the caption that are given, [DEC] included. */
  promptLength: number
  /** Length of the token rows. */
  textLength: number
  /** Whether the matching loss counts in this step (see the knob itmFrom). */
  matching: boolean
}

/** A step compiled to one program: losses, gradients, clipping, AdamW and the temperature's clamp. */
export function captureTrainingStep(options: StepOptions): Captured {
  const { shape, knobs, textLength, parameters, optimiser } = options
  const batch = knobs.batchSize
  return capture((...inputs) => [trainingStep(options, inputs)], {
    name: options.matching ? 'trainingStep' : 'trainingStepWithoutMatching',
    inputs: [
      { shape: [batch, shape.image.size, shape.image.size, 3], dtype: 'uint8' },
      { shape: [batch, textLength], dtype: 'int32' },
      { shape: [batch, textLength], dtype: 'int32' },
      { shape: [batch], dtype: 'int32' },
      { shape: [batch], dtype: 'int32' },
      { shape: [2], dtype: 'int32' },
      { shape: [], dtype: 'float32' },
      { shape: [], dtype: 'float32' },
    ],
    state: [...Object.values(parameters), ...Object.values(optimiserTensors(optimiser))] as tf.Variable[],
    xla: knobs.compile,
  })
}

/** Runs a captured step. `step` counts from 0; the seed of its random numbers is (run's seed, step). */
export async function runStep(
  captured: Captured,
  batch: Batch,
  { seed, rate, step }: { seed: number; rate: number; step: number },
  profiler = silentProfiler,
): Promise<StepReport> {
  // Subtle: the inputs are taken before run() first waits, so that part is the upload.
  const running = profiler.within('upload', () =>
    captured.run([
      batch.images,
      batch.text,
      batch.caption,
      batch.sampleIds,
      batch.captionIds,
      Int32Array.of(seed, step),
      Float32Array.of(rate),
      Float32Array.of(step + 1),
    ]),
  )
  const [result] = await profiler.during('compute', () => running)
  const values = await profiler.during('download', () => result!.data<'float32'>())
  result!.dispose()
  return Object.fromEntries(reported.map((name, index) => [name, values[index]!])) as StepReport
}

/** The whole step on tensors, in the order of `captureTrainingStep`'s inputs. Also runs eagerly, for debugging. */
export function trainingStep(options: StepOptions, inputs: tf.Tensor[]): tf.Tensor1D {
  const { parameters, optimiser, knobs } = options
  const [images, text, caption, sample, captionId, seed, rate, step] = inputs as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Scalar,
    tf.Scalar,
  ]
  const trained = optimiser.names.map((name) => parameters[name]!)
  const losses = () => weightedLosses(options, { images, text, caption, sample, captionId, seed })
  const { value, gradients, extra } = valueAndGradients(losses, trained)
  const norm = applyGradients(parameters, optimiser, { gradients, rate, step }, knobs)
  if (optimiser.names.includes('temp')) clampTemperature(parameters['temp']!)
  return tf.stack([value, extra.itc, extra.itm, extra.lm, norm, parameters['temp']!]) as tf.Tensor1D
}

type LossInputs = Record<'images' | 'text' | 'caption' | 'sample' | 'captionId' | 'seed', tf.Tensor>

/** The sum of the losses by their weights, and each by itself (0 where it is left out). */
function weightedLosses(options: StepOptions, { images, text, caption, sample, captionId, seed }: LossInputs) {
  const { shape, parameters, knobs, promptLength, matching } = options
  const model: Model = { shape, parameters, drop: createDrop(knobs.dropout, fold(seed, -1)) }
  const image = encodeImages(model, images)
  const contrasts = knobs.itcWeight > 0
  const matches = knobs.itmWeight > 0 && matching
  const writes = knobs.lmWeight > 0
  const picture = matches || writes ? rememberPicture(model, image) : []
  const none = tf.scalar(0)
  const extra = { itc: none, itm: none, lm: none }
  if (contrasts || matches) {
    const features = { image: imageFeature(model, image), text: textFeature(model, text) }
    const positives = positivePairs({ sample, caption: captionId })
    const temperature = parameters['temp']!
    if (contrasts) extra.itc = contrastiveLoss({ ...features, positives, temperature })
    if (matches) {
      const scores = similarities(features.image, features.text, temperature)
      const anchors = knobs.itmAnchors > 0 ? Math.min(knobs.itmAnchors, knobs.batchSize) : undefined
      const ids = withFirst(text, shape.text.tokens.enc)
      extra.itm = matchingLoss(model, { picture, ids, similarities: scores, positives, seed: fold(seed, -2), anchors })
    }
  }
  if (writes) extra.lm = captioningLoss(model, picture, caption, { promptLength, smoothing: knobs.labelSmoothing })
  const loss = tf.addN([
    tf.mul(extra.itc, knobs.itcWeight),
    tf.mul(extra.itm, knobs.itmWeight),
    tf.mul(extra.lm, knobs.lmWeight),
  ]) as tf.Scalar
  return { loss, extra }
}

/** Puts another token at the front of each row: int32 [B, L] → [B, L]. */
function withFirst(ids: tf.Tensor, token: number): tf.Tensor {
  const [batch, length] = ids.shape as [number, number]
  return tf.concat([tf.fill([batch, 1], token, 'int32'), tf.slice(ids, [0, 1], [batch, length - 1])], 1)
}
