import type { TrainableParameters } from '../model/index.ts'
import { profileOperations, tf, type OperationProfile } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import { setUp, type SetUpOptions } from './setUp.ts'
import { createOptimiser, disposeOptimiser } from './optimiser.ts'
import { rateAt } from './schedule.ts'
import { createState } from './state.ts'
import { trainingStep, variantAt } from './step.ts'

export interface TimeStepOptions extends SetUpOptions {
  /** On the device. The step updates them: they are of no use to the run after it. */
  parameters: TrainableParameters
  seed: number
  /** Called between the step that warms up and the one that is timed. */
  warm?: () => void
}

/**
 * Times every operation of a run's dearest kind of step (all its losses), run eagerly at its own shapes: twice, of which
 * the second counts. The compiled step fuses what is listed apart here, so shares are a hint and not its own times.
 */
export async function timeStep(options: TimeStepOptions): Promise<OperationProfile> {
  const { knobs, parameters, seed, shape, warm } = options
  const { batches, names, ...lengths } = setUp(options, { seed, epoch: 0, position: 0 })
  const optimiser = createOptimiser(parameters, names)
  const batch = await batches.next()
  const step = knobs.steps - 1
  const inputs = tensorsOf(batch, knobs.batchSize, shape.image.size, { seed, step, rate: rateAt(step, knobs) })
  const variant = variantAt(step, knobs)
  const state = createState(options)
  const run = () => tf.tidy(() => void trainingStep({ ...options, ...lengths, optimiser, state, variant }, inputs))
  try {
    run()
    warm?.()
    return profileOperations(run)
  } finally {
    tf.dispose(inputs)
    disposeOptimiser(optimiser)
    tf.dispose(state)
  }
}

/** The inputs of a step, as `captureTrainingStep` takes them. */
function tensorsOf(
  { images, text, caption, sampleIds, captionIds }: Batch,
  batch: number,
  size: number,
  { seed, step, rate }: { seed: number; step: number; rate: number },
): tf.Tensor[] {
  return [
    tf.tensor(Float32Array.from(images), [batch, size, size, 3]),
    tf.tensor(text, [batch, text.length / batch], 'int32'),
    tf.tensor(caption, [batch, caption.length / batch], 'int32'),
    tf.tensor(sampleIds, [batch], 'int32'),
    tf.tensor(captionIds, [batch], 'int32'),
    tf.tensor([seed, step], [2], 'int32'),
    tf.scalar(rate),
    tf.scalar(step + 1),
  ]
}
