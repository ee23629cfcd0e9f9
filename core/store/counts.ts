import { all, number, type Db } from './database.ts'

export interface LiveCount {
  source: number
  decision: number
  /** 1 for placeholders. */
  missing: number
  count: number
}

/** Live captions by source, decision and whether they have text. */
export const countLive = (db: Db): LiveCount[] =>
  all<LiveCount>(
    db,
    'SELECT source, decision, chars = 0 AS missing, count(*) AS count FROM caption WHERE superseded_by IS NULL GROUP BY 1, 2, 3',
  )

/** Pictures that can't be read, and those that repeat another. */
export function countSampleFlags(db: Db): { unreadable: number; duplicates: number } {
  return {
    unreadable: number(db, 'SELECT count(*) FROM sample WHERE fault IS NOT NULL'),
    duplicates: number(db, 'SELECT count(*) FROM sample WHERE duplicate_of IS NOT NULL'),
  }
}
