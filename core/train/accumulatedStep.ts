import { capture, tf } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import type { Profiler } from './profiler.ts'
import { mix } from './random.ts'
import {
  batchSpecs,
  batchValues,
  phaseGradients,
  scalar,
  stepContext,
  variantAt,
  type StepOptions,
  type StepReport,
} from './step.ts'
import { captureUpdate, createSums, reportFrom, runNamed, type NamedProgram, type Sums } from './summedGradients.ts'
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
  const sums = createSums(options)
  const programs = new Map<string, NamedProgram>()
  function programFor(kind: Kind | 'update', variant: string): NamedProgram {
    const key = `${kind} ${variant}`
    const own = { ...options, variant }
    const known = programs.get(key)
    if (known) return known
    const update = { name: 'trainingStep-update', count: knobs.accumulate }
    const made = kind === 'update' ? captureUpdate(own, sums, update) : capturePart(own, sums, kind)
    programs.set(key, made)
    return made
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
        parts.push(await runNamed(programFor(index === 0 ? 'first' : 'more', variant), inputs))
      }
      const inputs = [Float32Array.of(rate), Float32Array.of(step + 1)]
      const last = await runNamed(programFor('update', variant), inputs)
      ready = true
      return reportFrom(options, { ...means(parts), ...last })
    })
  }
  function dispose(): void {
    programs.forEach(({ program }) => program.dispose())
    tf.dispose(sums)
  }
  return { run, dispose }
}

type Kind = 'first' | 'more'

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

function means(reports: Report[]): Report {
  const mean = (name: string) => reports.reduce((sum, report) => sum + report[name]!, 0) / reports.length
  return Object.fromEntries(Object.keys(reports[0]!).map((name) => [name, mean(name)]))
}
