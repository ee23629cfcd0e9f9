import { capture, tf, type Captured } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import { createCachedGradients } from './cachedGradients.ts'
import { applyGradients, optimiserTensors } from './optimiser.ts'
import type { Profiler } from './profiler.ts'
import { reportedBy, type StepOptions, type StepReport } from './step.ts'
import type { Cached } from './systems/cached.ts'

/** A step whose batch is larger than memory, or null where the system or the knobs ask for none. */
export function cachedStep(options: StepOptions, cached: Cached | undefined, profiler: Profiler) {
  if (!cached || cached.chunk(options.knobs) >= options.knobs.batchSize) return null
  const { knobs } = options
  const gradients = createCachedGradients(options, cached)
  const update = captureUpdate(options, cached, gradients.sums)

  let ready = false

  async function run(
    next: () => Promise<Batch>,
    { seed, rate, step }: { seed: number; rate: number; step: number },
  ): Promise<StepReport> {
    // the first step is the one in which the programs are captured
    return profiler.during(ready ? 'compute' : 'prepare', async () => {
      const losses = await gradients.run(await next(), { seed, step })
      const [result] = await update.program.run([Float32Array.of(rate), Float32Array.of(step + 1)])
      const values = await result!.data<'float32'>()
      result!.dispose()
      ready = true
      const all = { ...losses, ...Object.fromEntries(update.names().map((name, at) => [name, values[at]!])) }
      return Object.fromEntries(reportedBy(knobs).map((name) => [name, all[name]!])) as StepReport
    })
  }
  function dispose(): void {
    update.program.dispose()
    gradients.dispose()
  }
  return { run, dispose }
}

/** The optimiser's turn: clipping, AdamW and what the system does after it. */
function captureUpdate(options: StepOptions, cached: Cached, sums: Record<string, tf.Variable>) {
  const { shape, knobs, parameters, optimiser } = options
  const { names } = optimiser
  let reports: string[] = []
  const run = (rate: tf.Tensor, step: tf.Tensor) => {
    const gradients = names.map((name) => sums[name]!)
    const given = { names, gradients, rate: rate as tf.Scalar, step: step as tf.Scalar }
    const gradientNorm = applyGradients(parameters, optimiser, given, knobs)
    const later = cached.after?.({ shape, knobs, parameters }) ?? {}
    reports = ['gradientNorm', ...Object.keys(later)]
    return [tf.stack([gradientNorm, ...Object.values(later)])]
  }
  const state = [...Object.values(parameters), ...Object.values(optimiserTensors(optimiser))] as tf.Variable[]
  const scalar = { shape: [], dtype: 'float32' as const }
  const program: Captured = capture(run, { name: 'update', inputs: [scalar, scalar], state, xla: knobs.compile })
  return { program, names: () => reports }
}
