import { availableParallelism, cpus } from 'node:os'
import { activities } from '../contract/activities.ts'
import type { Activity, ByActivity, ProfileSpan } from '../contract/profile.ts'

/** Spans are told about this often at first, and then in steps of a share of the time so far: a day makes about 1,700. */
const firstSpanSeconds = 1
const spanShare = 1 / 240

export interface Profiler {
  /** Says what was done before the work that is measured. */
  startAt(done: number): void
  /** Charges the time that `work` takes to an activity, less what work within it charges to others. */
  during<T>(activity: Activity, work: () => Promise<T>): Promise<T>
  /** As `during`, for work that is done when it returns. */
  within<T>(activity: Activity, work: () => T): T
  /** Counts what is done by now (steps, pictures); now and then a span is told. */
  reach(done: number): void
  /** Tells what was measured since the last span. */
  flush(): void
}

export interface ProfilerOptions {
  tell: (span: ProfileSpan) => void
  /** What computes, asked when a span is told. */
  device?: () => string
  /** Milliseconds from any start. */
  now?: () => number
  load?: () => Load
}

/** Processor time so far, in seconds, and memory in bytes. */
export interface Load {
  cpuSeconds: number
  machineSeconds: number
  memoryBytes: number
  peakBytes: number
}

/**
 * A clock that always charges exactly one activity, so that the activities add up to the time that passed.
 * The activities of concurrent work would mix: one profiler is for one line of awaited work.
 */
export function createProfiler({
  tell,
  device = () => 'CPU',
  now = () => performance.now(),
  load = machineLoad,
}: ProfilerOptions): Profiler {
  let active: Activity = 'other'
  let done = 0
  let charged = now()
  let seconds = nothing()
  let last = { done, at: charged, load: load() }
  const started = charged
  const due = () => Math.max(firstSpanSeconds * 1000, (last.at - started) * spanShare)

  function turn(next: Activity): void {
    const at = now()
    seconds[active] += (at - charged) / 1000
    charged = at
    active = next
  }

  function flush(): void {
    turn(active)
    if (charged === last.at) return
    const present = load()
    tell({
      done,
      steps: done - last.done,
      seconds,
      cpuSeconds: present.cpuSeconds - last.load.cpuSeconds,
      machineSeconds: present.machineSeconds - last.load.machineSeconds,
      cores: availableParallelism(),
      device: device(),
      memoryBytes: present.memoryBytes,
      peakBytes: present.peakBytes,
    })
    seconds = nothing()
    last = { done, at: charged, load: present }
  }

  return {
    startAt(count) {
      done = last.done = count
    },
    async during(activity, work) {
      const before = active
      turn(activity)
      try {
        return await work()
      } finally {
        turn(before)
      }
    },
    within(activity, work) {
      const before = active
      turn(activity)
      try {
        return work()
      } finally {
        turn(before)
      }
    },
    reach(count) {
      done = count
      if (now() - last.at >= due()) flush()
    },
    flush,
  }
}

/** A profiler that nobody listens to. */
export const silentProfiler: Profiler = {
  startAt() {},
  during: (_, work) => work(),
  within: (_, work) => work(),
  reach() {},
  flush() {},
}

const nothing = (): ByActivity => Object.fromEntries(activities.map((name) => [name, 0])) as ByActivity

function machineLoad(): Load {
  const { user, system } = process.cpuUsage()
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
  return {
    cpuSeconds: (user + system) / 1e6,
    machineSeconds: busy / 1000,
    memoryBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
}
