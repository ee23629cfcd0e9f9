import type { Metric } from '../contract/index.ts'
import { metricCode, metrics } from './codes.ts'
import { all, get, prepare, run, transaction, type Db } from './database.ts'
import type { Project } from './project.ts'

export interface NewScore {
  captionId: number
  metric: Metric
  value: number
}

export interface ScorerCount {
  scorer: string
  name: string
  metric: Metric
  count: number
}

/** Id of a scorer, added if new; its name follows the checkpoint's. */
export function scorerId(db: Db, hash: string, name: string): number {
  run(
    db,
    'INSERT INTO scorer (hash, name) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET name = excluded.name',
    hash,
    name,
  )
  return get<{ id: number }>(db, 'SELECT id FROM scorer WHERE hash = ?', hash)!.id
}

/** Stores scores of one scorer; they also become each caption's newest. Repeating it changes nothing. Not-finite values are left out. */
export function writeScores(db: Db, scorer: { hash: string; name: string }, scores: NewScore[]): void {
  const id = scorerId(db, scorer.hash, scorer.name)
  for (const { captionId, metric, value } of scores) {
    if (!Number.isFinite(value)) continue
    prepare(db, 'INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?)').run(captionId, metricCode(metric), id, value)
    prepare(db, `UPDATE caption SET ${metric} = ? WHERE id = ?`).run(value, captionId)
  }
}

/** `writeScores` in a transaction of its own. */
export function storeScores({ db }: Project, scorer: { hash: string; name: string }, scores: NewScore[]): void {
  transaction(db, () => writeScores(db, scorer, scores), 'normal')
}

/** Who scored how many captions by which metric, newest scorer first. */
export function countScores({ db }: Project): ScorerCount[] {
  const rows = all<{ hash: string; name: string; metric: number; count: number }>(
    db,
    `SELECT r.hash, r.name, o.metric, o.count FROM (SELECT scorer, metric, count(*) AS count FROM score GROUP BY scorer, metric) o
     JOIN scorer r ON r.id = o.scorer ORDER BY r.id DESC, o.metric`,
  )
  return rows.map(({ hash, name, metric, count }) => ({ scorer: hash, name, metric: metrics[metric]!, count }))
}
