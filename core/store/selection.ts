import type { Query } from '../contract/index.ts'
import { all, prepare, type Db } from './database.ts'
import { mentionsDecision, type Condition } from './select/condition.ts'
import { fromWhere, selectIds } from './select/select.ts'

/** A pair that can be trained on or exported. */
export interface UsablePair {
  captionId: number
  sampleId: number
  path: string
  text: string
  /** The first picture with the same content; its own id if it is the first. */
  original: number
  width: number
  height: number
  bytes: number
  format: string
  /** Probability of a match, by whoever judged last; null where nobody has. */
  match: number | null
}

export interface Usable {
  /** Caption ids by picture, then age. */
  ids: Int32Array
  /** Pictures of the selection left out, as they can't be read. */
  unreadable: number
  /** Pairs of the selection left out, as they have no caption. */
  emptyCaptions: number
}

/**
 * What can be used of a selection: readable pictures with text. Rejected pairs are left out too,
 * unless the query itself speaks of decisions.
 */
export function selectUsable(db: Db, condition: Condition): Usable {
  const chosen: Condition = mentionsDecision(condition)
    ? condition
    : { kind: 'and', parts: [condition, not({ kind: 'decision', value: 'rejected' })] }
  const parts: Condition[] = [chosen, not({ kind: 'flag', flag: 'missing' }), not({ kind: 'flag', flag: 'unreadable' })]
  const sort: Query['sort'] = { by: 'order', direction: 'ascending' }
  return {
    ids: selectIds(db, { kind: 'and', parts }, sort),
    unreadable: count(db, 'count(DISTINCT c.sample_id)', chosen, 'unreadable'),
    emptyCaptions: count(db, 'count(*)', chosen, 'missing'),
  }
}

const not = (part: Condition): Condition => ({ kind: 'not', part })

function count(db: Db, what: string, chosen: Condition, flag: 'missing' | 'unreadable'): number {
  const { sql, values } = fromWhere(db, { kind: 'and', parts: [chosen, { kind: 'flag', flag }] })
  return Number(
    db
      .prepare(`SELECT ${what} ${sql}`)
      .pluck()
      .get(...values),
  )
}

const chunk = 1000

/** The pairs of these ids in order, read a thousand at a time, so that nothing is held while the reader waits. */
export function* readUsable(db: Db, ids: Int32Array): Generator<UsablePair> {
  const sql = `
    SELECT c.id AS captionId, c.sample_id AS sampleId, s.path, c.text, coalesce(s.duplicate_of, s.id) AS original,
      s.width, s.height, s.bytes, s.format, c.itm AS match
    FROM json_each(?) j CROSS JOIN caption c ON c.id = j.value CROSS JOIN sample s ON s.id = c.sample_id ORDER BY j.key`
  for (let at = 0; at < ids.length; at += chunk) {
    yield* all<UsablePair>(db, sql, JSON.stringify([...ids.subarray(at, at + chunk)]))
  }
}

/** For each id: its picture, and the first picture with the same content (itself, if it is the first). */
export function* readOriginals(db: Db, ids: Int32Array): Generator<[sampleId: number, original: number]> {
  const sql = `SELECT s.id, coalesce(s.duplicate_of, s.id) FROM json_each(?) j CROSS JOIN caption c ON c.id = j.value CROSS JOIN sample s ON s.id = c.sample_id`
  for (let at = 0; at < ids.length; at += chunk) {
    yield* prepare(db, sql)
      .raw()
      .all(JSON.stringify([...ids.subarray(at, at + chunk)])) as [number, number][]
  }
}
