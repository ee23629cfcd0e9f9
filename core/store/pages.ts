import { Fault, type Caption, type Pair, type SampleDetail, type Sort } from '../contract/index.ts'
import { deciders, decisions, isoTime, metricCode, metrics, parseJson, sources } from './codes.ts'
import { all, prepare, type Db } from './database.ts'
import type { CaptionRow } from './captions.ts'
import { sampleById, toSample, versionOf } from './samples.ts'
import { findScorer } from './select/compile.ts'

interface PairRow {
  id: number
  sample_id: number
  text: string
  source: number
  decision: number
  decided_by: number | null
  itm: number | null
  itc: number | null
  loss: number | null
  path: string
  width: number | null
  height: number | null
  hash: string | null
  bytes: number
  modified: number
  fault: string | null
  captions: number
}

// Subtle: a join that is run once a row is planned anew each time, as its parameter might change the
// plan; one run over all ids is thirty times faster. CROSS JOIN and INDEXED BY keep that plan.
const pairRows = `
  SELECT c.id, c.sample_id, c.text, c.source, c.decision, c.decided_by, c.itm, c.itc, c.loss,
    s.path, s.width, s.height, s.hash, s.bytes, s.modified, s.fault,
    -- A live placeholder has no live caption beside it, so that the index alone answers.
    CASE c.chars WHEN 0 THEN 0 ELSE (
      SELECT count(*) FROM caption o INDEXED BY caption_pair WHERE o.sample_id = c.sample_id AND o.superseded_by IS NULL) END AS captions
  FROM json_each(?) j CROSS JOIN caption c ON c.id = j.value CROSS JOIN sample s ON s.id = c.sample_id ORDER BY j.key`

/** The rows of the grid for these captions, in the same order. */
export function readPairs(db: Db, ids: Iterable<number>, sort: Sort): Pair[] {
  const scoreOf = sortScore(db, sort)
  return all<PairRow>(db, pairRows, JSON.stringify([...ids])).map((row) => toPair(row, scoreOf(row)))
}

function sortScore(db: Db, { by, scorer }: Sort): (row: PairRow) => number | null {
  if (by !== 'itm' && by !== 'itc' && by !== 'loss') return () => null
  if (!scorer) return (row) => row[by]
  const statement = prepare(db, 'SELECT value FROM score WHERE caption_id = ? AND metric = ? AND scorer = ?').pluck()
  const [metric, id] = [metricCode(by), findScorer(db, scorer)]
  return (row) => (statement.get(row.id, metric, id) as number | undefined) ?? null
}

function toPair(row: PairRow, score: number | null): Pair {
  return {
    captionId: row.id,
    sampleId: row.sample_id,
    text: row.text,
    source: sources[row.source]!,
    decision: decisions[row.decision]!,
    decidedBy: row.decided_by === null ? null : deciders[row.decided_by]!,
    path: row.path,
    width: row.width,
    height: row.height,
    version: versionOf(row),
    fault: parseJson(row.fault),
    itm: row.itm,
    itc: row.itc,
    sortScore: score,
    captions: row.captions,
  }
}

/**
 * A picture with its captions: the live ones, and those that an edit superseded. Withdrawn
 * captions and placeholders that were filled are left out. Faults: not-found.
 */
export function readDetail(db: Db, sampleId: number): SampleDetail {
  const row = sampleById(db, sampleId)
  if (!row) throw new Fault('not-found', 'There is no such picture.', { subject: String(sampleId) })
  const captions = all<CaptionRow>(
    db,
    `SELECT * FROM caption WHERE sample_id = ? AND superseded_by IS NOT id AND (chars > 0 OR superseded_by IS NULL) ORDER BY id`,
    sampleId,
  )
  return { ...toSample(row), captions: captions.map((caption) => toCaption(db, caption)) }
}

/** A caption with its scores and where it came from. */
export function toCaption(db: Db, row: CaptionRow): Caption {
  return {
    id: row.id,
    sampleId: row.sample_id,
    text: row.text,
    source: sources[row.source]!,
    decision: decisions[row.decision]!,
    decidedBy: row.decided_by === null ? null : deciders[row.decided_by]!,
    decidedAt: isoTime(row.decided_at),
    reason: row.reason,
    supersededBy: row.superseded_by,
    provenance: readProvenance(db, row.provenance),
    scores: readScores(db, row.id),
    createdAt: isoTime(row.created_at),
  }
}

function readScores(db: Db, caption: number): Caption['scores'] {
  const rows = all<{ metric: number; scorer: string; scorerName: string; value: number }>(
    db,
    `SELECT o.metric, r.hash AS scorer, r.name AS scorerName, o.value FROM score o JOIN scorer r ON r.id = o.scorer
     WHERE o.caption_id = ? ORDER BY r.id DESC, o.metric`,
    caption,
  )
  return rows.map((row) => ({ ...row, metric: metrics[row.metric]! }))
}

function readProvenance(db: Db, id: number | null): Caption['provenance'] {
  if (id === null) return null
  const sql =
    'SELECT checkpoint, checkpoint_name AS checkpointName, decoding, prompt, seed, job FROM provenance WHERE id = ?'
  return prepare(db, sql).get(id) as Caption['provenance']
}
