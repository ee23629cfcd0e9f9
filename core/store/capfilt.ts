import { scoreBins, type Metric } from '../contract/index.ts'
import { metricCode, sourceCode } from './codes.ts'
import { all, get, prepare, type Db } from './database.ts'

/** Which scorer's numbers are looked at, as ids of the store. */
export interface Scored {
  scorer: number
  metric: number
}

/** Null if that scorer never scored here. */
export function findScored(db: Db, hash: string, metric: Metric): Scored | null {
  const scorer = get<{ id: number }>(db, 'SELECT id FROM scorer WHERE hash = ?', hash)
  return scorer ? { scorer: scorer.id, metric: metricCode(metric) } : null
}

export const scorerName = (db: Db, scorer: number): string =>
  get<{ name: string }>(db, 'SELECT name FROM scorer WHERE id = ?', scorer)!.name

/**
 * The bin of a score: the largest k with k/1000 at or below it, within 0 to 999. Exact, so that a
 * threshold of k/1000 cuts between bins k-1 and k.
 */
const guess = 'CAST(o.value * 1000 AS INTEGER)'
const bin = `max(0, min(${scoreBins - 1}, ${guess} + (o.value >= (${guess} + 1) / 1000.0) - (o.value < ${guess} / 1000.0)))`

/** Tells every score of a scorer as caption and bin, in no order. */
export function readBins(db: Db, { scorer, metric }: Scored, take: (caption: number, bin: number) => void): void {
  const sql = `SELECT o.caption_id * 1024 + ${bin} FROM score o WHERE o.scorer = ? AND o.metric = ?`
  for (const packed of prepare(db, sql).pluck().all(scorer, metric) as number[])
    take(Math.floor(packed / 1024), packed % 1024)
}

export interface JudgedRow {
  source: number
  bin: number
  decision: number
  count: number
}

/** Captions of web and synthetic origin that a person decided, by source, bin and decision. */
export function countJudged(db: Db, { scorer, metric }: Scored): JudgedRow[] {
  return all<JudgedRow>(
    db,
    `SELECT c.source, ${bin} AS bin, c.decision, count(*) AS count FROM caption c
     CROSS JOIN score o ON o.caption_id = c.id AND o.metric = ? AND o.scorer = ?
     WHERE c.decided_by = 0 AND c.superseded_by IS NULL AND c.source < 2 GROUP BY 1, 2, 3`,
    metric,
    scorer,
  )
}

/** Pictures whose caption of a source scores nearest to a value: on one side of it, nearest first. */
export function nearest(
  db: Db,
  { scorer, metric }: Scored,
  source: 'web' | 'synthetic',
  cut: number,
  above: boolean,
  limit: number,
) {
  const [comparison, direction] = above ? ['>=', 'ASC'] : ['<', 'DESC']
  return all<{ sample: number; value: number }>(
    db,
    `SELECT c.sample_id AS sample, o.value FROM score o INDEXED BY score_value CROSS JOIN caption c ON c.id = o.caption_id
     WHERE o.scorer = ? AND o.metric = ? AND o.value ${comparison} ? AND c.superseded_by IS NULL AND c.source = ?
     ORDER BY o.value ${direction} LIMIT ?`,
    scorer,
    metric,
    cut,
    sourceCode(source),
    limit,
  )
}

/** The live caption of a source that a scorer likes best, with its score; null if none is scored. */
export function bestCaption(db: Db, { scorer, metric }: Scored, sample: number, source: 'web' | 'synthetic') {
  return get<{ id: number; value: number }>(
    db,
    `SELECT c.id, o.value FROM caption c CROSS JOIN score o ON o.caption_id = c.id AND o.metric = ? AND o.scorer = ?
     WHERE c.sample_id = ? AND c.superseded_by IS NULL AND c.source = ? ORDER BY o.value DESC, c.id LIMIT 1`,
    metric,
    scorer,
    sample,
    sourceCode(source),
  )
}

/** Live captions at or above the threshold of their source, and those below; the ones a person decided are left out. */
export function partition(
  db: Db,
  { scorer, metric }: Scored,
  thresholds: { web: number; synthetic: number },
): { accepted: number[]; rejected: number[] } {
  const sql = `
    SELECT c.id * 2 + (max(0, o.value) >= CASE c.source WHEN 0 THEN ? ELSE ? END)
    FROM score o INDEXED BY score_value CROSS JOIN caption c ON c.id = o.caption_id
    WHERE o.scorer = ? AND o.metric = ? AND c.superseded_by IS NULL AND c.source < 2 AND c.decided_by IS NOT 0`
  const packed = prepare(db, sql).pluck().all(thresholds.web, thresholds.synthetic, scorer, metric) as number[]
  const idsOf = (isAccepted: number) => packed.filter((one) => one % 2 === isAccepted).map((one) => Math.floor(one / 2))
  return { accepted: idsOf(1), rejected: idsOf(0) }
}
