import { randomUUID } from 'node:crypto'
import { asFault, Fault, type Job, type JobEvent, type JobSpec } from '../contract/index.ts'
import type { JobContext, Kind, Kinds, Lane } from './kind.ts'
import { createRecorder, type EventBody, type Recorder } from './law.ts'
import { changeOf, failAbandoned, lastAttemptOf } from './record.ts'
import type { JobStore } from './store.ts'
import { createBell, follow } from './stream.ts'

export interface Queue {
  start(spec: JobSpec): Promise<Job>
  list(): Job[]
  get(id: string): Job
  cancel(id: string): Promise<Job>
  resume(id: string): Promise<Job>
  events(id: string, after: number, signal?: AbortSignal): AsyncGenerator<JobEvent, void>
  /** Resolves with the job when its present attempt has ended. */
  ended(id: string): Promise<Job>
  /** Cancels what runs and waits for it. Cancelled jobs can be resumed by the next engine. */
  stop(): Promise<void>
}

export interface QueueOptions {
  store: JobStore
  kinds: Kinds
  /** Told after each change of a job, for views that list them. */
  onChange?: (job: string) => void
  /** Told of errors that are not faults, with their stack. */
  onUnexpected?: (error: unknown, job: string) => void
}

/** An attempt at a job: it waits, runs, and ends once. */
interface Attempt {
  id: string
  spec: JobSpec
  resumed: boolean
  /** Number of its first event. */
  first: number
  control: AbortController
  recorder: Recorder
  over: Promise<void>
  settle: () => void
}

/** The queue of long work: one job of each lane runs, the others wait in order; all of it survives in the store. */
export function createQueue({ store, kinds, onChange, onUnexpected }: QueueOptions): Queue {
  const attempts = new Map<string, Attempt>()
  const waiting: Record<Lane, Attempt[]> = { worker: [], files: [] }
  const running: Record<Lane, Attempt | null> = { worker: null, files: null }
  const bell = createBell()
  let stopping = false
  let stopped = false
  failAbandoned(store)

  const kindOf = (spec: JobSpec) => kinds[spec.kind] as unknown as Kind<JobSpec['kind']>

  function take(id: string, body: EventBody): JobEvent {
    const event = store.append(id, body)
    const change = changeOf(event)
    if (change) {
      store.update(id, change)
      onChange?.(id)
    }
    bell.ring()
    return event
  }

  function enqueue(id: string, spec: JobSpec, resumed: boolean) {
    let settle = () => {}
    const over = new Promise<void>((resolve) => (settle = resolve))
    const faults = resumed ? store.countFaults(id) : 0
    const attempt: Attempt = {
      id,
      spec,
      resumed,
      first: 0,
      control: new AbortController(),
      recorder: null as never,
      over,
      settle,
    }
    const emit = (body: EventBody) => {
      try {
        const event = take(id, body)
        attempt.first ||= event.sequence
      } catch (error) {
        // Subtle: progress is also told by a timer, where an error (a full disk) would end the engine.
        if (body.kind !== 'progress') throw error
        onUnexpected?.(error, id)
      }
    }
    attempt.recorder = createRecorder({ faults, emit })
    attempts.set(id, attempt)
    const { lane } = kindOf(spec)
    waiting[lane].push(attempt)
    // The caller sees the job as queued before it starts.
    setImmediate(() => pump(lane))
  }

  function pump(lane: Lane) {
    if (running[lane] || stopping) return
    const attempt = waiting[lane].shift()
    if (!attempt) return
    running[lane] = attempt
    void work(attempt).finally(() => {
      running[lane] = null
      attempt.settle()
      pump(lane)
    })
  }

  async function work(attempt: Attempt) {
    const { id, spec, recorder, control } = attempt
    try {
      recorder.started(attempt.resumed)
      recorder.finished(await kindOf(spec).run(spec, contextOf(attempt, store)))
    } catch (error) {
      end(attempt, error)
    } finally {
      if (!recorder.ended) onUnexpected?.(new Error('The end of a job could not be kept.'), id)
      control.abort()
    }
  }

  /** A full disk may refuse even the record of the failure; the next engine then finds the job open. */
  function end({ id, control, recorder }: Attempt, error: unknown) {
    const fault = asFault(error)
    const asked = control.signal.aborted
    if (asked ? error !== control.signal.reason && fault.code !== 'cancelled' : fault.code === 'unexpected')
      onUnexpected?.(error, id)
    try {
      if (asked) recorder.cancelled()
      else recorder.failed(fault.toJSON())
    } catch (failure) {
      onUnexpected?.(failure, id)
    }
  }

  function find(id: string): Job {
    const job = store.get(id)
    if (!job) throw new Fault('job-unknown', 'There is no such job in this project.', { subject: id })
    return job
  }

  async function cancel(id: string): Promise<Job> {
    find(id)
    const attempt = attempts.get(id)
    if (!attempt || attempt.recorder.ended) return find(id)
    attempt.control.abort(new Fault('cancelled', 'The job was cancelled.'))
    const { lane } = kindOf(attempt.spec)
    const place = waiting[lane].indexOf(attempt)
    if (place >= 0) {
      waiting[lane].splice(place, 1)
      attempt.recorder.cancelled()
      attempt.settle()
    }
    await attempt.over
    return find(id)
  }

  return {
    async start(spec) {
      if (stopping) throw new Fault('engine-stopping', 'The engine is stopping.')
      await kindOf(spec).validate(spec)
      const { id } = store.insert(randomUUID(), spec)
      enqueue(id, spec, false)
      return find(id)
    },
    list: () => store.list(),
    get: find,
    cancel,
    async resume(id) {
      const { spec } = find(id)
      const open = () => !['cancelled', 'failed'].includes(find(id).state)
      if (open()) return find(id)
      await kindOf(spec).validate(spec)
      // Another call may have resumed it while this one validated.
      if (!open()) {
        await attempts.get(id)?.over
        store.update(id, { fault: null, result: null, endedAt: null, progress: null })
        enqueue(id, spec, true)
      }
      return find(id)
    },
    events(id, after, signal) {
      find(id)
      const attempt = attempts.get(id)
      const first = attempt?.first ?? lastAttemptOf(store, id)
      const over = () => stopped || !attempt || attempt.recorder.ended
      return follow({ read: (seen) => store.events(id, seen), bell, after: Math.max(after, first - 1), over, signal })
    },
    async ended(id) {
      await attempts.get(id)?.over
      return find(id)
    },
    async stop() {
      stopping = true
      await Promise.all([...attempts.keys()].map(cancel))
      stopped = true
      bell.ring()
    },
  }
}

function contextOf({ id, resumed, control, recorder }: Attempt, store: JobStore): JobContext {
  return {
    job: id,
    signal: control.signal,
    resumed,
    progress: recorder.progress,
    metric: recorder.metric,
    checkpoint: recorder.checkpoint,
    itemFault: (subject, fault) => recorder.faults(store.addFault(id, subject, fault)),
    countFaults: () => recorder.faults(store.countFaults(id)),
  }
}
