import type { Batch } from './batches.ts'
import { createCachedGradients } from './cachedGradients.ts'
import type { Profiler } from './profiler.ts'
import type { StepOptions, StepReport } from './step.ts'
import { captureUpdate, reportFrom, runNamed } from './summedGradients.ts'
import type { Cached } from './systems/cached.ts'

/** A step whose batch is larger than memory, or null where the system or the knobs ask for none. */
export function cachedStep(options: StepOptions, cached: Cached | undefined, profiler: Profiler) {
  if (!cached || cached.chunk(options.knobs) >= options.knobs.batchSize) return null
  const gradients = createCachedGradients(options, cached)
  const update = captureUpdate(options, gradients.sums, { name: 'update', count: 1 })

  let ready = false

  async function run(
    next: () => Promise<Batch>,
    { seed, rate, step }: { seed: number; rate: number; step: number },
  ): Promise<StepReport> {
    // the first step is the one in which the programs are captured
    return profiler.during(ready ? 'compute' : 'prepare', async () => {
      const losses = await gradients.run(await next(), { seed, step })
      const last = await runNamed(update, [Float32Array.of(rate), Float32Array.of(step + 1)])
      ready = true
      return reportFrom(options, { ...losses, ...last })
    })
  }
  function dispose(): void {
    update.program.dispose()
    gradients.dispose()
  }
  return { run, dispose }
}
