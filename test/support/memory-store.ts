import type { Job, JobEvent } from '../../core/contract/index.ts'
import type { JobStore } from '../../core/jobs/store.ts'

/** A job store that lives in memory, for tests of the queue alone. */
export function memoryStore(): JobStore {
  const jobs = new Map<string, Job>()
  const events = new Map<string, JobEvent[]>()
  const faults = new Map<string, Set<string>>()
  const fresh = {
    state: 'queued',
    progress: null,
    fault: null,
    result: null,
    startedAt: null,
    endedAt: null,
    resumable: false,
  } as const
  const put = (job: Job) => (jobs.set(job.id, job), job)
  return {
    insert: (id, spec) => put({ id, spec, ...fresh, createdAt: new Date().toISOString() }),
    update: (id, change) => put({ ...jobs.get(id)!, ...change }),
    get: (id) => jobs.get(id) ?? null,
    list: () => [...jobs.values()].reverse(),
    append(id, body) {
      const ofJob = events.get(id) ?? []
      events.set(id, ofJob)
      const event = { job: id, sequence: ofJob.length + 1, at: new Date().toISOString(), ...body } as JobEvent
      ofJob.push(event)
      return event
    },
    events: (id, after) => (events.get(id) ?? []).filter((event) => event.sequence > after).slice(0, 3),
    addFault: (id, subject) => faults.set(id, (faults.get(id) ?? new Set()).add(subject)).get(id)!.size,
    countFaults: (id) => faults.get(id)?.size ?? 0,
  }
}
