import type { Runtime } from '../../tensor/index.ts'
import { createProfiler, type Profiler } from '../../train/profiler.ts'
import type { Channel } from './channel.ts'

/** A profiler that tells the engine; `runsOn` names the device once there is one. */
export function watchTime({ send }: Channel): Profiler & { runsOn(runtime: Runtime): void } {
  let device = 'CPU'
  const profiler = createProfiler({ tell: (span) => send({ kind: 'profile', span }), device: () => device })
  return { ...profiler, runsOn: (runtime) => void (device = deviceOf(runtime)) }
}

/** The accelerator where there is one, else the processor. */
function deviceOf(runtime: Runtime): string {
  return runtime.devices().find(({ type }) => type !== 'CPU')?.name ?? 'CPU'
}
