import type { FaultRecord, JobEvent, Progress } from '../contract/index.ts'
import { rateMeter, secondsLeft, type RateMeter } from './rate.ts'

/** Progress is told at most this often; the last word of a stage is never lost. */
const progressEveryMs = 250

export type JobResult = Record<string, string | number | null>

export interface Recorder {
  started(resumed: boolean): void
  /** Counts within a stage: what would break the law is bent to it (done never falls, total stays). */
  progress(stage: string, done: number, total: number | null): void
  metric(step: number, values: Record<string, number>): void
  checkpoint(step: number, hash: string): void
  /** Items that failed so far. */
  faults(count: number): void
  finished(result: JobResult): void
  cancelled(): void
  failed(fault: FaultRecord): void
  readonly ended: boolean
}

type WithoutHead<E> = E extends JobEvent ? Omit<E, 'job' | 'sequence' | 'at'> : never
/** An event as the recorder tells it; the store adds job, sequence and time. */
export type EventBody = WithoutHead<JobEvent>

export interface RecorderOptions {
  /** Items that failed in earlier attempts. */
  faults: number
  emit: (event: EventBody) => void
  now?: () => number
}

/**
 * Turns what a job says about itself into events that keep the law of long work (docs/architecture.md):
 * done never falls within a stage, total is fixed once known, one terminal event and nothing after it.
 * The store that keeps the events numbers them by one.
 */
export function createRecorder({ faults, emit, now = Date.now }: RecorderOptions): Recorder {
  let ended = false
  let last: Progress | null = null
  let faultCount = faults
  let meter: RateMeter = rateMeter()
  let toldAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | null = null

  const say = (body: EventBody) => {
    if (!ended) emit(body)
  }
  const tell = () => {
    if (timer) clearTimeout(timer)
    timer = null
    if (!last || ended) return
    toldAt = now()
    say({ kind: 'progress', progress: { ...last, faults: faultCount } })
  }
  const flush = () => {
    if (timer) tell()
  }
  const end = (body: EventBody) => {
    flush()
    say(body)
    ended = true
  }
  const schedule = () => {
    const wait = toldAt + progressEveryMs - now()
    if (wait <= 0) tell()
    else timer ??= setTimeout(tell, wait)
  }

  say({ kind: 'queued' })
  return {
    get ended() {
      return ended
    },
    started: (resumed) => say({ kind: 'started', resumed }),
    progress(stage, done, total) {
      if (ended) return
      if (last && last.stage !== stage) {
        flush()
        last = null
        meter = rateMeter()
      }
      const lawful = bend(last, done, total)
      const rate = meter.sample(lawful.done, now())
      last = { stage, ...lawful, rate, secondsLeft: secondsLeft(lawful.done, lawful.total, rate), faults: faultCount }
      schedule()
    },
    metric(step, values) {
      say({ kind: 'metric', step, values })
    },
    checkpoint(step, hash) {
      say({ kind: 'checkpoint', step, checkpoint: hash })
    },
    faults(count) {
      faultCount = count
      if (last && !ended) schedule()
    },
    finished: (result) => end({ kind: 'finished', result }),
    cancelled: () => end({ kind: 'cancelled' }),
    failed: (fault) => end({ kind: 'failed', fault }),
  }
}

function bend(last: Progress | null, done: number, total: number | null) {
  const fixed = last?.total ?? total
  const risen = Math.max(last?.done ?? 0, done)
  return { done: fixed === null ? risen : Math.min(risen, fixed), total: fixed }
}
