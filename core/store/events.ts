import type { FaultRecord, JobEvent } from '../contract/index.ts'
import { all, number, run, transaction } from './database.ts'
import type { Project } from './project.ts'

type WithoutHead<E> = E extends JobEvent ? Omit<E, 'job' | 'sequence' | 'at'> : never
/** An event as a job tells it; the store adds job, sequence and time. */
export type EventBody = WithoutHead<JobEvent>

/** Adds an event with the job's next sequence number, from 1. */
export function appendEvent({ db }: Project, job: string, body: EventBody): JobEvent {
  const sequence = number(db, 'SELECT coalesce(max(sequence), 0) + 1 FROM job_event WHERE job = ?', job)
  const event = { job, sequence, at: new Date().toISOString(), ...body } as JobEvent
  const insert = () => run(db, 'INSERT INTO job_event VALUES (?, ?, ?)', job, sequence, JSON.stringify(event))
  transaction(db, insert, 'normal')
  return event
}

/** Events of a job after a sequence number, in order. */
export function listEvents({ db }: Project, job: string, after = 0, limit = 1000): JobEvent[] {
  const sql = 'SELECT body FROM job_event WHERE job = ? AND sequence > ? ORDER BY sequence LIMIT ?'
  return all<{ body: string }>(db, sql, job, after, limit).map(({ body }) => JSON.parse(body) as JobEvent)
}

/** Records an item a job could not handle; the same item and reason count once. True if it is new. */
export function addItemFault({ db }: Project, job: string, subject: string, fault: FaultRecord): boolean {
  const sql = 'INSERT OR IGNORE INTO item_fault (job, subject, code, fault) VALUES (?, ?, ?, ?)'
  return run(db, sql, job, subject, fault.code, JSON.stringify(fault)).changes > 0
}

export interface ItemFaults {
  faults: { subject: string; fault: FaultRecord }[]
  total: number
}

export const countItemFaults = ({ db }: Project, job: string): number =>
  number(db, 'SELECT count(*) FROM item_fault WHERE job = ?', job)

/** Faults of a job in the order they came; `after` is how many to pass over. */
export function listItemFaults(project: Project, job: string, after = 0, limit = 100): ItemFaults {
  const sql = 'SELECT subject, fault FROM item_fault WHERE job = ? ORDER BY id LIMIT ? OFFSET ?'
  const rows = all<{ subject: string; fault: string }>(project.db, sql, job, limit, after)
  return {
    faults: rows.map(({ subject, fault }) => ({ subject, fault: JSON.parse(fault) })),
    total: countItemFaults(project, job),
  }
}
