import { capture, tf, type Captured } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import { applyGradients, optimiserTensors } from './optimiser.ts'
import type { Profiler } from './profiler.ts'
import { mix } from './random.ts'
import {
  batchSpecs,
  batchValues,
  phaseGradients,
  reportedBy,
  scalar,
  stepContext,
  variantAt,
  type StepOptions,
  type StepReport,
} from './step.ts'
import { systemOf } from './systems/index.ts'

type Report = Record<string, number>

/**
 * A step over several batches, whose gradients are averaged; null where the knobs ask for one batch. What it reports are means
 * over the batches. Each batch draws random numbers of its own.
 *
 * Subtle: the batches are runs of programs one after the other, since in one program nothing would keep a runtime from
 * working on several at once, and from holding all their activations.
 */
export function accumulatedStep(options: Omit<StepOptions, 'variant'>, profiler: Profiler) {
  const { knobs } = options
  if (knobs.accumulate === 1) return null
  const sums = zeros(options)
  const programs = new Map<string, ReturnType<typeof capturePart>>()
  function programFor(kind: Kind, variant: string) {
    const key = `${kind} ${variant}`
    if (!programs.has(key)) programs.set(key, captures[kind]({ ...options, variant }, sums, kind))
    return programs.get(key)!
  }
  let ready = false

  async function run(
    next: () => Promise<Batch>,
    { seed, rate, step }: { seed: number; rate: number; step: number },
  ): Promise<StepReport> {
    const variant = variantAt(step, knobs)
    // the first step is the one in which the programs are captured
    return profiler.during(ready ? 'compute' : 'prepare', async () => {
      const parts: Report[] = []
      for (let index = 0; index < knobs.accumulate; index++) {
        const batch = await next()
        const drawn = { seed: index === 0 ? seed : mix(seed, index), step }
        const inputs = [...batchValues(batch, drawn), Float32Array.of(step + 1)]
        parts.push(await reportOf(programFor(index === 0 ? 'first' : 'more', variant), inputs))
      }
      const inputs = [Float32Array.of(rate), Float32Array.of(step + 1)]
      const last = await reportOf(programFor('update', variant), inputs)
      ready = true
      const all: Report = { ...means(parts), ...last }
      return Object.fromEntries(reportedBy(knobs).map((name) => [name, all[name]!])) as StepReport
    })
  }
  function dispose(): void {
    programs.forEach(({ program }) => program.dispose())
    tf.dispose(sums)
  }
  return { run, dispose }
}

type Sums = Record<string, tf.Variable>
type Kind = 'first' | 'more' | 'update'
const captures = { first: capturePart, more: capturePart, update: captureUpdate }

/** Where the gradients are summed up. */
function zeros({ optimiser, parameters }: Pick<StepOptions, 'optimiser' | 'parameters'>): Sums {
  const entries = optimiser.names.map((name) => [name, tf.tidy(() => tf.variable(tf.zeros(parameters[name]!.shape)))])
  return Object.fromEntries(entries) as Sums
}

/** Losses and gradients of a batch; the first one of a step puts its gradients in place of the last step's. */
function capturePart(options: StepOptions, sums: Sums, kind: Kind) {
  const { knobs, parameters, state = {} } = options
  const system = systemOf(knobs)
  let reports: string[] = []
  const run = (...inputs: tf.Tensor[]) => {
    const context = stepContext(options, inputs)
    if (kind === 'first') system.before?.(context)
    const { names, gradients, loss, report, carried } = phaseGradients(options, system.phases[0]!, context)
    names.forEach((name, index) => {
      const gradient = gradients[index]!
      sums[name]!.assign(kind === 'first' ? gradient : tf.add(sums[name]!, gradient))
    })
    if (Object.keys(carried).length > 0) system.after?.(context, carried)
    reports = ['loss', ...Object.keys(report)]
    return [tf.stack([loss, ...Object.values(report)])]
  }
  const variables = [...Object.values(parameters), ...Object.values(state), ...Object.values(sums)]
  const common = { name: `trainingStep-${kind}`, state: variables, xla: knobs.compile }
  return { program: capture(run, { ...common, inputs: [...batchSpecs(options), scalar] }), names: () => reports }
}

/** The optimiser's turn, by the mean of the gradients, and what the system does after it. */
function captureUpdate(options: StepOptions, sums: Sums) {
  const { shape, knobs, parameters, optimiser, state = {}, variant = '' } = options
  const system = systemOf(knobs)
  const [phase] = system.phases
  const names = optimiser.names.filter((name) => phase!.trains?.(name, knobs) ?? true)
  let reports: string[] = []
  const run = (rate: tf.Tensor, step: tf.Tensor) => {
    const gradients = names.map((name) => tf.div(sums[name]!, knobs.accumulate))
    const scaled = tf.mul(rate, phase!.rate?.(knobs) ?? 1) as tf.Scalar
    const given = { names, gradients, rate: scaled, step: step as tf.Scalar }
    const gradientNorm = applyGradients(parameters, optimiser, given, knobs)
    const later = system.after?.({ shape, knobs, variant, parameters, state }, {}) ?? {}
    reports = ['gradientNorm', ...Object.keys(later)]
    return [tf.stack([gradientNorm, ...Object.values(later)])]
  }
  const variables = [
    ...Object.values(parameters),
    ...Object.values(optimiserTensors(optimiser)),
    ...Object.values(state),
  ] as tf.Variable[]
  const common = { name: 'trainingStep-update', state: variables, xla: knobs.compile }
  return { program: capture(run, { ...common, inputs: [scalar, scalar] }), names: () => reports }
}

/** Runs a program and names its numbers. */
async function reportOf(
  { program, names }: { program: Captured; names: () => string[] },
  inputs: Parameters<Captured['run']>[0],
): Promise<Report> {
  const [result] = await program.run(inputs)
  const values = await result!.data<'float32'>()
  result!.dispose()
  return Object.fromEntries(names().map((name, index) => [name, values[index]!]))
}

function means(reports: Report[]): Report {
  const mean = (name: string) => reports.reduce((sum, report) => sum + report[name]!, 0) / reports.length
  return Object.fromEntries(Object.keys(reports[0]!).map((name) => [name, mean(name)]))
}
