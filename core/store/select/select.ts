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

/** Ids of the live captions that fulfil a condition, in order; ties by id. `random` is the same every time. */
export function selectIds(db: Db, condition: Condition, { by, direction, scorer }: Sort): Int32Array {
  const where = fromWhere(db, condition)
  const way = direction === 'descending' ? 'DESC' : 'ASC'
  const read = (what: string, { sql, values }: Fragment) =>
    db
      .prepare(`SELECT ${what} ${sql}`)
      .pluck()
      .all(...values) as number[]
  if (by === 'order') return Int32Array.from(read('c.id', ordered(where, `c.sample_id ${way}, c.id ${way}`)))
  if (by === 'random') return shuffled(read('c.id', where))
  if (by === 'length') return byLength(read(`c.chars * ${idRange} + c.id`, where), direction)
  const value = scorer ? 'o.value' : `c.${by}`
  const source = scorer ? withScore(where, [metricCode(by), findScorer(db, scorer)]) : where
  const scored = read('c.id', ordered(narrowed(source, `${value} IS NOT NULL`), `${value} ${way}, c.id ${way}`))
  return Int32Array.from([...scored, ...read('c.id', ordered(narrowed(source, `${value} IS NULL`), 'c.id'))])
}

/** Above every id, so that a small number and an id fit in one exact double. */
const idRange = 2 ** 32

const ordered = ({ sql, values }: Fragment, order: string): Fragment => ({ sql: `${sql} ORDER BY ${order}`, values })
const narrowed = ({ sql, values }: Fragment, test: string): Fragment => ({ sql: `${sql} AND ${test}`, values })

function withScore({ sql, values }: Fragment, scorer: [metric: number, id: number]): Fragment {
  const join = 'FROM caption c LEFT JOIN score o ON o.caption_id = c.id AND o.metric = ? AND o.scorer = ?'
  return { sql: sql.replace('FROM caption c', join), values: [...scorer, ...values] }
}

/** Sorting numbers here is several times faster than sorting rows there. */
function byLength(packed: number[], direction: Sort['direction']): Int32Array {
  const sorted = Float64Array.from(packed).sort()
  if (direction === 'descending') sorted.reverse()
  return Int32Array.from(sorted, (key) => key % idRange)
}

/** Orders ids by a hash of each, so that a pair keeps its place relative to others under any filter. */
function shuffled(ids: number[]): Int32Array {
  const places = 2 ** 24
  const keys = Float64Array.from(ids, (id, index) => (mix(id) >>> 3) * places + index)
  return Int32Array.from(keys.sort(), (key) => ids[key % places]!)
}

/** A 32-bit mixing function (the finaliser of MurmurHash3). */
function mix(id: number): number {
  let hash = id ^ 0x9e3779b9
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
