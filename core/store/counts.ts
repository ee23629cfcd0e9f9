import { all, number, type Db } from './database.ts'

/** Live placeholders, which stand for missing captions, by source code. */
export const countMissing = (db: Db): { source: number; count: number }[] =>
  all(db, 'SELECT source, count(*) AS count FROM caption WHERE chars = 0 AND superseded_by IS NULL GROUP BY source')

/** Pictures that can't be read, and those that repeat another. */
export function countSampleFlags(db: Db): { unreadable: number; duplicates: number } {
  return {
    unreadable: number(db, 'SELECT count(*) FROM sample WHERE fault IS NOT NULL'),
    duplicates: number(db, 'SELECT count(*) FROM sample WHERE duplicate_of IS NOT NULL'),
  }
}
