import type { Sort } from '../../contract/index.ts'
import { metricCode } from '../codes.ts'
import type { Db } from '../database.ts'
import { compile, findScorer, type Fragment } from './compile.ts'
import type { Condition } from './condition.ts'

/** Live captions that fulfil a condition, joined to their picture only where the condition needs it. */
export function fromWhere(db: Db, condition: Condition): Fragment {
  const { sql, values } = compile(db, condition)
  const sample = /\bs\./.test(sql) ? 'JOIN sample s ON s.id = c.sample_id' : ''
  return { sql: `FROM caption c ${sample} WHERE c.superseded_by IS NULL AND ${sql}`, values }
}

/** Ids of the live captions that fulfil a condition, in order. `random` is the same every time. */
export function selectIds(db: Db, condition: Condition, sort: Sort): Int32Array {
  const where = fromWhere(db, condition)
  const order = orderBy(db, sort, where)
  const ids = db.prepare(`SELECT c.id ${order.sql}`).pluck().all(...order.values) as number[]
  return sort.by === 'random' ? shuffled(ids) : Int32Array.from(ids)
}

function orderBy(db: Db, sort: Sort, where: Fragment): Fragment {
  const direction = sort.direction === 'descending' ? 'DESC' : 'ASC'
  if (sort.by === 'random') return { sql: `${where.sql} ORDER BY c.id`, values: where.values }
  if (sort.by === 'order') return { sql: `${where.sql} ORDER BY c.sample_id ${direction}, c.id ${direction}`, values: where.values }
  if (sort.by === 'length') return { sql: `${where.sql} ORDER BY c.chars ${direction}, c.id`, values: where.values }
  if (!sort.scorer) return { sql: `${where.sql} ORDER BY c.${sort.by} ${direction} NULLS LAST, c.id`, values: where.values }
  const joined = where.sql.replace('FROM caption c', 'FROM caption c LEFT JOIN score o ON o.caption_id = c.id AND o.metric = ? AND o.scorer = ?')
  const values = [metricCode(sort.by), findScorer(db, sort.scorer), ...where.values]
  return { sql: `${joined} ORDER BY o.value ${direction} NULLS LAST, c.id`, values }
}

/** Orders ids by a hash of each, so that a pair keeps its place relative to others under any filter. */
function shuffled(ids: number[]): Int32Array {
  const keys = Float64Array.from(ids, (id) => mix(id) * 2 ** 21 + (id % 2 ** 21))
  const order = new Map(ids.map((id, index) => [keys[index]!, id]))
  return Int32Array.from(keys.sort(), (key) => order.get(key)!)
}

/** A 32-bit mixing function (the finaliser of MurmurHash3). */
function mix(id: number): number {
  let hash = id ^ 0x9e3779b9
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
