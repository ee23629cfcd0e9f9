import { Fault, type JobEvent } from '../contract/index.ts'
import type { JobChange, JobStore } from './store.ts'

/** What an event changes in the job's row. */
export function changeOf(event: JobEvent): JobChange | null {
  switch (event.kind) {
    case 'queued':
      return { state: 'queued', resumable: false }
    case 'started':
      return event.resumed ? { state: 'running' } : { state: 'running', startedAt: event.at }
    case 'progress':
      return { progress: event.progress }
    case 'metric':
    case 'checkpoint':
      return null
    case 'finished':
      return { state: 'finished', endedAt: event.at, result: event.result }
    case 'cancelled':
      return { state: 'cancelled', endedAt: event.at, resumable: true }
    case 'failed':
      return { state: 'failed', endedAt: event.at, fault: event.fault, resumable: true }
  }
}

/** Jobs that a killed engine left open have failed, and can be resumed. */
export function failAbandoned(store: JobStore) {
  const fault = new Fault('engine-stopped', 'The engine stopped while the job was open.', {
    hint: 'Resume it: it goes on where it was.',
  }).toJSON()
  for (const { id, state } of store.list()) {
    if (state !== 'queued' && state !== 'running') continue
    const event = store.append(id, { kind: 'failed', fault })
    store.update(id, changeOf(event)!)
  }
}

/** Number of the first event of a job's last attempt, for jobs of an earlier engine. */
export function lastAttemptOf(store: JobStore, id: string): number {
  let first = 1
  for (let seen = 0, page = store.events(id, seen); page.length > 0; page = store.events(id, seen)) {
    for (const event of page) if (event.kind === 'queued') first = event.sequence
    seen = page.at(-1)!.sequence
  }
  return first
}
