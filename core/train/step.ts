import { createDrop } from '../model/layers.ts'
import type { TrainableParameters } from '../model/parameters.ts'
import type { Shape } from '../model/shape.ts'
import { capture, fold, tf, valueAndGradients, type Captured, type TensorSpec } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import type { Knobs } from './knobs.ts'
import { applyGradients, optimiserTensors, type Optimiser } from './optimiser.ts'
import { silentProfiler } from './profiler.ts'
import { systemOf } from './systems/index.ts'
import type { Phase, StepContext } from './systems/system.ts'

/** What a step reports: `loss`, `gradientNorm` and the system's own. */
export type StepReport = Record<string, number> & { loss: number; gradientNorm: number }

/** The names in a step's report, in the order of its one output. */
export const reportedBy = (knobs: Knobs): string[] => ['loss', ...systemOf(knobs).reports(knobs), 'gradientNorm']

export interface StepOptions {
  shape: Shape
  parameters: TrainableParameters
  optimiser: Optimiser
  /** The system's own variables (see `System.createState`). */
  state?: Record<string, tf.Variable>
  knobs: Knobs
  /** Tokens before the caption that are given, [DEC] included. */
  promptLength: number
  /** Length of the token rows. */
  textLength: number
  /** Which of the system's programs (see `System.variant`); '' if left out. */
  variant?: string
}

/** Which of its system's programs a step runs, counted from 0. */
export const variantAt = (step: number, knobs: Knobs): string => systemOf(knobs).variant?.(step, knobs) ?? ''

/** What a program takes of a batch: its arrays, and the seed [2]. */
export function batchSpecs({ shape, knobs, textLength }: StepOptions): TensorSpec[] {
  const batch = knobs.batchSize
  return [
    { shape: [batch, shape.image.size, shape.image.size, 3], dtype: 'uint8' },
    { shape: [batch, textLength], dtype: 'int32' },
    { shape: [batch, textLength], dtype: 'int32' },
    { shape: [batch], dtype: 'int32' },
    { shape: [batch], dtype: 'int32' },
    { shape: [2], dtype: 'int32' },
  ]
}
/** Specification of a number. */
export const scalar: TensorSpec = { shape: [], dtype: 'float32' }

/** As `batchSpecs` wants it. @param step counted from 0 */
export const batchValues = (batch: Batch, { seed, step }: { seed: number; step: number }) => [
  batch.images,
  batch.text,
  batch.caption,
  batch.sampleIds,
  batch.captionIds,
  Int32Array.of(seed, step),
]

/** A step compiled to one program: losses, gradients, clipping, AdamW and what the system does before and after. */
export function captureTrainingStep(options: StepOptions): Captured {
  const { knobs, parameters, optimiser, state = {}, variant = '' } = options
  return capture((...inputs) => [trainingStep(options, inputs)], {
    name: variant ? `trainingStep-${variant}` : 'trainingStep',
    inputs: [...batchSpecs(options), scalar, scalar],
    state: [
      ...Object.values(parameters),
      ...Object.values(optimiserTensors(optimiser)),
      ...Object.values(state),
    ] as tf.Variable[],
    xla: knobs.compile,
  })
}

/** Runs a captured step. `step` counts from 0; the seed of its random numbers is (run's seed, step). */
export async function runStep(
  captured: Captured,
  batch: Batch,
  { knobs, seed, rate, step }: { knobs: Knobs; seed: number; rate: number; step: number },
  profiler = silentProfiler,
): Promise<StepReport> {
  // Subtle: the inputs are taken before run() first waits, so that part is the upload.
  const running = profiler.within('upload', () =>
    captured.run([...batchValues(batch, { seed, step }), Float32Array.of(rate), Float32Array.of(step + 1)]),
  )
  const [result] = await profiler.during('compute', () => running)
  const values = await profiler.during('download', () => result!.data<'float32'>())
  result!.dispose()
  return reportOf(knobs, values)
}

/** A step's output by name. */
export function reportOf(knobs: Knobs, values: ArrayLike<number>): StepReport {
  return Object.fromEntries(reportedBy(knobs).map((name, index) => [name, values[index]!])) as StepReport
}

/** The whole step on tensors, in the order of `captureTrainingStep`'s inputs. Also runs eagerly, for debugging. */
export function trainingStep(options: StepOptions, inputs: tf.Tensor[]): tf.Tensor1D {
  const { knobs } = options
  const [seed, rate, step] = inputs.slice(5) as [tf.Tensor, tf.Scalar, tf.Scalar]
  const system = systemOf(knobs)
  const contextOf = (seed: tf.Tensor) => stepContext(options, [...inputs.slice(0, 5), seed, step])
  system.before?.(contextOf(seed))
  const done = system.phases.map((phase, index) => {
    // each phase draws for itself
    const context = contextOf(index === 0 ? seed : fold(seed, phaseDraws + index))
    return runPhase(options, phase, context, { rate, step })
  })
  const later = system.after?.(contextOf(seed), Object.assign({}, ...done.map(({ carried }) => carried)))
  const report: Record<string, tf.Tensor> = Object.assign({}, ...done.map(({ report }) => report), later)
  report['loss'] = sum(done.map(({ loss }) => loss))
  report['gradientNorm'] = done.length === 1 ? done[0]!.norm : tf.sqrt(sum(done.map(({ norm }) => tf.square(norm))))
  return tf.stack(reportedBy(knobs).map((name) => report[name]!)) as tf.Tensor1D
}

/** What a system works with. @param inputs a batch as `batchSpecs` has it, and the number of the step from 1 */
export function stepContext(options: StepOptions, inputs: tf.Tensor[]): StepContext {
  const { shape, parameters, knobs, state = {}, variant = '', promptLength } = options
  const [images, text, caption, sample, captionId, seed, step] = inputs as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Scalar,
  ]
  const drop = createDrop(knobs.dropout, fold(seed, -1))
  const model = { shape, parameters, drop, recompute: knobs.recompute }
  const batch = { images, text, caption, sample, captionId }
  return { ...batch, shape, knobs, variant, model, parameters, state, seed, step, promptLength }
}

/** Beyond any number that a system draws by. */
const phaseDraws = 1 << 20

/** One loss, its gradients, and the update of the parameters it moves. */
function runPhase(
  options: StepOptions,
  phase: Phase,
  context: StepContext,
  { rate, step }: { rate: tf.Scalar; step: tf.Scalar },
) {
  const { optimiser, knobs, parameters } = options
  const { names, gradients, ...found } = phaseGradients(options, phase, context)
  const scaled = phase.rate ? tf.mul(rate, phase.rate(knobs)) : rate
  const norm = applyGradients(parameters, optimiser, { names, gradients, rate: scaled as tf.Scalar, step }, knobs)
  return { ...found, norm }
}

/** One loss, and its gradients by the parameters `names` that it moves. */
export function phaseGradients({ optimiser, knobs, parameters }: StepOptions, phase: Phase, context: StepContext) {
  const names = optimiser.names.filter((name) => phase.trains?.(name, knobs) ?? true)
  const forward = () => {
    const { loss, report, carried = {} } = phase.losses(context)
    return { loss, extra: { ...prefixed('report.', report), ...prefixed('carried.', carried) } }
  }
  const { value, gradients, extra } = valueAndGradients(
    forward,
    names.map((name) => parameters[name]!),
  )
  return { names, gradients, loss: value, report: stripped('report.', extra), carried: stripped('carried.', extra) }
}

const sum = (values: tf.Tensor[]): tf.Tensor => (values.length === 1 ? values[0]! : tf.addN(values))

function prefixed(prefix: string, tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))
}

function stripped(prefix: string, tensors: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]))
}
