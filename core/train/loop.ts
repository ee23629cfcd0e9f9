import type { Fault } from '../contract/fault.ts'
import type { NotLearning } from '../contract/model.ts'
import type { Shape, TrainableParameters } from '../model/index.ts'
import { tf, type Captured } from '../tensor/index.ts'
import { accumulatedStep } from './accumulatedStep.ts'
import type { Batch, TrainingPair } from './batches.ts'
import { cachedStep } from './cachedStep.ts'
import { stopIfNotFinite } from './diverged.ts'
import { createStallWatch } from './notLearning.ts'
import { planOf } from './plans/index.ts'
import { createHeldOutWatch } from './heldOutWatch.ts'
import { createDrawings } from './drawings.ts'
import { keepInputs } from './inputs.ts'
import type { Knobs } from './knobs.ts'
import { createOptimiser, disposeOptimiser } from './optimiser.ts'
import type { PictureLoader } from './pictures.ts'
import { checkResumable, saveProgress, type ResumePoint } from './resume.ts'
import { rateAt } from './schedule.ts'
import { createMeter } from './meter.ts'
import { silentProfiler, type Profiler } from './profiler.ts'
import { setUp } from './setUp.ts'
import { createState } from './state.ts'
import { captureTrainingStep, runStep, variantAt, type StepOptions, type StepReport } from './step.ts'
import { systemOf } from './systems/index.ts'

export interface TrainOptions {
  /** The run's folder. */
  folder: string
  /** Name of the checkpoints. */
  name: string
  pairs: TrainingPair[]
  /** Name of the frozen selection that the pairs are. */
  snapshot: string
  shape: Shape
  vocabulary: string[]
  /** On the device: the start's values, or those of `point`. Updated in place. */
  parameters: TrainableParameters
  knobs: Knobs
  seed: number
  /** Hash of the starting checkpoint. */
  parent: string | null
  /** Where to go on; null starts at step 0. */
  point: ResumePoint | null
  /** Stays open. */
  pictures: PictureLoader
  report: TrainReport
  /** Told where the time goes. */
  profiler?: Profiler
  /** How good the model is on the held-out pairs, more is better; asked every `evaluateEvery` steps. */
  measure?: () => Promise<number>
  /** Looked at before each step; when aborted, the run is saved and ends. */
  signal: AbortSignal
}

export interface TrainReport {
  progress(done: number, total: number): void
  metric(step: number, values: Record<string, number>): void
  checkpoint(step: number, folder: string): void
  /** A loss stands still because nothing is learned, or (null) does so no more. */
  notLearning?(sign: NotLearning | null): void
  log(text: string): void
  pictureFault(path: string, fault: Fault): void
}

export interface TrainOutcome {
  kind: 'finished' | 'cancelled'
  /** Steps done. */
  step: number
  checkpoint: { folder: string; hash: string }
}

/**
 * Trains a model on pairs: the one training loop.
 * On the same machine, a run that was stopped and resumed ends with the same bits as one that was not.
 * @throws Fault `too-few-pairs`, `no-readable-picture`, `resume-mismatch`, `training-diverged`, `disk-full`
 */
export async function train(options: TrainOptions): Promise<TrainOutcome> {
  const { parameters, knobs, seed, snapshot, point, report, signal, profiler = silentProfiler } = options
  if (point) checkResumable(point, { snapshot, seed, knobs })
  if (point && point.state.step >= knobs.steps) return { kind: 'finished', step: point.state.step, checkpoint: point }

  const watch = createHeldOutWatch(options, point?.state.best ?? null)
  if (watch.ended()) return { kind: 'finished', ...(await watch.outcome()) }

  let sampler = point?.state.sampler ?? { seed, epoch: 0, position: 0 }
  const { batches, names, ...lengths } = setUp(options, sampler)
  const optimiser = createOptimiser(parameters, names, point?.optimiser ?? undefined)
  const variables = createState(options, point?.optimiser ?? undefined)
  const steps = createSteps({ ...options, ...lengths, optimiser, state: variables }, profiler)
  const drawings = createDrawings(options)
  const meter = createMeter(knobs)
  let step = point?.state.step ?? 0
  let shown = false

  const stalled = createStallWatch(planOf(knobs.system).signatures?.(options.shape, knobs) ?? [], knobs)
  let sign: NotLearning | null = null

  function tell(means: Record<string, number>): void {
    report.metric(step, means)
    const found = stalled(step, means)
    if (found?.code !== sign?.code) report.notLearning?.((sign = found))
  }

  async function draw(drawn: Batch[]): Promise<Batch> {
    const batch = await profiler.during('wait', () => batches.next())
    if (!shown) await keepInputs(options, batch, step)
    shown = true
    drawn.push(batch)
    return batch
  }

  async function save(last: boolean): Promise<TrainOutcome['checkpoint']> {
    const state = { step, seed, sampler, knobs, snapshot, metrics: meter.latest(), best: watch.best() }
    const saved = await profiler.during('checkpoint', () =>
      saveProgress({ ...options, run: options.folder, optimiser: last ? null : optimiser, variables, state }),
    )
    report.checkpoint(step, saved.folder)
    await drawings.draw(step)
    return saved
  }

  try {
    profiler.startAt(step)
    report.progress(step, knobs.steps)
    while (step < knobs.steps) {
      if (signal.aborted) return { kind: 'cancelled', step, checkpoint: await save(false) }
      const drawn: Batch[] = []
      const rate = rateAt(step, knobs)
      const losses = await steps.run(() => draw(drawn), { seed, rate, step })
      await stopIfNotFinite(losses, step, drawn, parameters)
      step++
      sampler = drawn.at(-1)!.after
      meter.add(losses, rate)
      profiler.reach(step)
      report.progress(step, knobs.steps)
      if (step % knobs.logEvery === 0 || step === knobs.steps) tell(meter.take())
      if (watch.due(step)) {
        report.metric(step, { heldOut: await watch.look(step, { sampler, metrics: meter.latest() }) })
        if (watch.ended()) {
          await save(true)
          return { kind: 'finished', ...(await watch.outcome()) }
        }
      }
      if (knobs.checkpointEvery > 0 && step % knobs.checkpointEvery === 0 && step < knobs.steps) await save(false)
    }
    const last = await save(true)
    return watch.best()
      ? { kind: 'finished', ...(await watch.outcome()) }
      : { kind: 'finished', step, checkpoint: last }
  } finally {
    steps.dispose()
    drawings.dispose()
    disposeOptimiser(optimiser)
    tf.dispose(variables)
  }
}

/** Captures each of the system's programs when it is first needed. */
function createSteps(options: Omit<StepOptions, 'variant'>, profiler: Profiler) {
  const { knobs } = options
  const inParts = cachedStep(options, systemOf(knobs).cached, profiler) ?? accumulatedStep(options, profiler)
  if (inParts) return inParts
  const captured = new Map<string, Captured>()

  async function run(
    next: () => Promise<Batch>,
    at: { seed: number; rate: number; step: number },
  ): Promise<StepReport> {
    const batch = await next()
    const variant = variantAt(at.step, knobs)
    const known = captured.get(variant)
    if (known) return runStep(known, batch, { ...at, knobs }, profiler)
    return profiler.during('prepare', () => {
      const step = captureTrainingStep({ ...options, variant })
      captured.set(variant, step)
      return runStep(step, batch, { ...at, knobs })
    })
  }
  return { run, dispose: () => captured.forEach((step) => step.dispose()) }
}
