import { Fault, type FaultRecord, type Job, type JobSpec } from '../contract/index.ts'
import { isoTime, parseJson, toJson } from './codes.ts'
import { all, get, run } from './database.ts'
import type { Project } from './project.ts'

interface JobRow {
  id: string
  spec: string
  state: Job['state']
  progress: string | null
  fault: string | null
  result: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  resumable: number
}

export interface NewJob {
  id: string
  spec: JobSpec
  resumable?: boolean
}

/** Fields left out stay; `fault`, `result`, `startedAt` and `endedAt` can be set to null. */
export type JobChange = Partial<
  Pick<Job, 'state' | 'progress' | 'fault' | 'result' | 'startedAt' | 'endedAt' | 'resumable'>
>

/** Adds a queued job. */
export function insertJob(project: Project, { id, spec, resumable = false }: NewJob): Job {
  const sql = 'INSERT INTO job (id, kind, spec, state, created_at, resumable) VALUES (?, ?, ?, ?, ?, ?)'
  run(project.db, sql, id, spec.kind, JSON.stringify(spec), 'queued', Date.now(), resumable ? 1 : 0)
  return getJob(project, id)
}

const columnOf: Record<keyof JobChange, [column: string, write: (value: never) => unknown]> = {
  state: ['state', (value: string) => value],
  progress: ['progress', toJson],
  fault: ['fault', toJson],
  result: ['result', toJson],
  startedAt: ['started_at', toMilliseconds],
  endedAt: ['ended_at', toMilliseconds],
  resumable: ['resumable', (value: boolean) => (value ? 1 : 0)],
}

function toMilliseconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}

/** Changes a job and returns it. Faults: not-found. */
export function updateJob(project: Project, id: string, change: JobChange): Job {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined) as [keyof JobChange, never][]
  for (const [key, value] of entries) {
    const [column, write] = columnOf[key]
    run(project.db, `UPDATE job SET ${column} = ? WHERE id = ?`, write(value), id)
  }
  return getJob(project, id)
}

/** Faults: not-found. */
export function getJob({ db }: Project, id: string): Job {
  const row = get<JobRow>(db, 'SELECT * FROM job WHERE id = ?', id)
  if (!row) throw new Fault('not-found', 'There is no such job.', { subject: id })
  return toJob(row)
}

/** Newest first. */
export const listJobs = ({ db }: Project): Job[] =>
  all<JobRow>(db, 'SELECT * FROM job ORDER BY created_at DESC, rowid DESC').map(toJob)

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    spec: JSON.parse(row.spec),
    state: row.state,
    progress: parseJson(row.progress),
    fault: parseJson<FaultRecord>(row.fault),
    result: parseJson(row.result),
    createdAt: isoTime(row.created_at),
    startedAt: isoTime(row.started_at),
    endedAt: isoTime(row.ended_at),
    resumable: row.resumable === 1,
  }
}

/** Where a job was, in its own words; null before the first save. */
export const readCursor = ({ db }: Project, id: string): string | null =>
  get<{ cursor: string | null }>(db, 'SELECT cursor FROM job WHERE id = ?', id)?.cursor ?? null

/** Saves where a job is; call it in the transaction that stores the work. */
export const writeCursor = ({ db }: Project, id: string, cursor: string): void =>
  void run(db, 'UPDATE job SET cursor = ? WHERE id = ?', cursor, id)

/** The entry of the history that a job writes to, or null. */
export const jobOperation = ({ db }: Project, id: string): number | null =>
  get<{ operation: number | null }>(db, 'SELECT operation FROM job WHERE id = ?', id)?.operation ?? null

export const setJobOperation = ({ db }: Project, id: string, operation: number): void =>
  void run(db, 'UPDATE job SET operation = ? WHERE id = ?', operation, id)
