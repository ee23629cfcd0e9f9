import { number, prepare, run, type Db } from './database.ts'
import type { Condition } from './select/condition.ts'
import { fromWhere } from './select/select.ts'

/** What a capfilt job does to which pictures. */
export interface WorkFilter {
  condition: Condition
  write: boolean
  score: boolean
  onlyMissing: boolean
}

/** Readable pictures of the selection that the job has something to do for. */
function pictures(db: Db, { condition, write, score, onlyMissing }: WorkFilter) {
  const { sql, values } = fromWhere(db, condition)
  const hasText =
    'EXISTS (SELECT 1 FROM caption t WHERE t.sample_id = p.id AND t.superseded_by IS NULL AND t.chars > 0)'
  const needed = score ? (write ? '1' : hasText) : onlyMissing ? `NOT ${hasText}` : '1'
  return { sql: `FROM sample p WHERE p.fault IS NULL AND ${needed} AND p.id IN (SELECT c.sample_id ${sql})`, values }
}

const todo = 'AND NOT EXISTS (SELECT 1 FROM job_item i WHERE i.job = ? AND i.sample_id = p.id)'

/** How many pictures a capfilt job has still to handle; for a job not yet begun, all of them. */
export function countWork(db: Db, filter: WorkFilter, job: string): number {
  const { sql, values } = pictures(db, filter)
  return Number(
    db
      .prepare(`SELECT count(*) ${sql} ${todo}`)
      .pluck()
      .get(...values, job),
  )
}

export interface WorkRow {
  id: number
  path: string
}

/** The next pictures after an id that the job has not stored yet. */
export function nextWork(db: Db, filter: WorkFilter, job: string, after: number, limit: number): WorkRow[] {
  const { sql, values } = pictures(db, filter)
  return db
    .prepare(`SELECT p.id, p.path ${sql} ${todo} AND p.id > ? ORDER BY p.id LIMIT ?`)
    .all(...values, job, after, limit) as WorkRow[]
}

/** Marks a picture as handled by a job; false if it was already. */
export const markDone = (db: Db, job: string, sample: number): boolean =>
  run(db, 'INSERT OR IGNORE INTO job_item VALUES (?, ?)', job, sample).changes > 0

/** How many pictures a job has handled. */
export const countDone = (db: Db, job: string): number => number(db, 'SELECT count(*) FROM job_item WHERE job = ?', job)

export interface NewProvenance {
  checkpoint: string
  checkpointName: string
  decoding: string
  prompt: string
  seed: number
  job: string
}

/** Id of a provenance, added if new. */
export function provenanceId(
  db: Db,
  { checkpoint, checkpointName, decoding, prompt, seed, job }: NewProvenance,
): number {
  const columns = '(checkpoint, checkpoint_name, decoding, prompt, seed, job)'
  run(
    db,
    `INSERT OR IGNORE INTO provenance ${columns} VALUES (?, ?, ?, ?, ?, ?)`,
    checkpoint,
    checkpointName,
    decoding,
    prompt,
    seed,
    job,
  )
  const sql = 'SELECT id FROM provenance WHERE job = ? AND checkpoint = ? AND decoding = ? AND prompt = ? AND seed = ?'
  return prepare(db, sql).pluck().get(job, checkpoint, decoding, prompt, seed) as number
}
