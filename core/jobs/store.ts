import type { FaultRecord, Job, JobEvent, JobSpec } from '../contract/index.ts'
import type { EventBody } from './law.ts'

export type JobChange = Partial<
  Pick<Job, 'state' | 'progress' | 'fault' | 'result' | 'startedAt' | 'endedAt' | 'resumable'>
>

/** What the queue needs of the database. */
export interface JobStore {
  insert(id: string, spec: JobSpec): Job
  update(id: string, change: JobChange): Job
  get(id: string): Job | null
  /** Newest first. */
  list(): Job[]
  /** Adds an event with the job's next number. */
  append(id: string, body: EventBody): JobEvent
  /** Events after a number, in order; a page of them. */
  events(id: string, after: number): JobEvent[]
  /** Records an item that failed, once; returns how many the job has. */
  addFault(id: string, subject: string, fault: FaultRecord): number
  countFaults(id: string): number
}
