import Database from 'better-sqlite3'
import { storeFault } from './faults.ts'

export type Db = Database.Database
type Durability = 'full' | 'normal'

/** Opens a SQLite file in WAL mode. Only rooms under core/store may hold the result. */
export function openDatabase(path: string): Db {
  const db = new Database(path, { timeout: 2000 })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('foreign_keys = ON')
  db.pragma('temp_store = MEMORY')
  db.pragma('cache_size = -65536')
  return db
}

const statements = new WeakMap<Db, Map<string, Database.Statement>>()

/** A prepared statement, compiled once per database. Use constant SQL only: the cache isn't bounded. */
export function prepare(db: Db, sql: string): Database.Statement<unknown[]> {
  let known = statements.get(db)
  if (!known) statements.set(db, (known = new Map()))
  let statement = known.get(sql)
  if (!statement) known.set(sql, (statement = db.prepare(sql)))
  return statement
}

export const get = <T>(db: Db, sql: string, ...values: unknown[]): T | undefined =>
  prepare(db, sql).get(...values) as T | undefined
export const all = <T>(db: Db, sql: string, ...values: unknown[]): T[] => prepare(db, sql).all(...values) as T[]
export const run = (db: Db, sql: string, ...values: unknown[]): Database.RunResult =>
  guarded(() => prepare(db, sql).run(...values))

/** Reads a single number: a count, an id. */
export function number(db: Db, sql: string, ...values: unknown[]): number {
  return Number(Object.values((prepare(db, sql).get(...values) ?? { none: 0 }) as Record<string, unknown>)[0])
}

const durabilities = new WeakMap<Db, Durability>()

function setDurability(db: Db, durability: Durability): void {
  if (durabilities.get(db) === durability) return
  db.pragma(`synchronous = ${durability.toUpperCase()}`)
  durabilities.set(db, durability)
}

/**
 * Runs `work` in one transaction; throws a Fault and changes nothing if it fails. `full` is on
 * the disk when this returns; `normal` may lose the last batches in a power cut, never in a crash.
 */
export function transaction<T>(db: Db, work: () => T, durability: Durability = 'full'): T {
  if (db.inTransaction) return work()
  return guarded(() => {
    setDurability(db, durability)
    return db.transaction(work).immediate()
  })
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw storeFault(error)
  }
}
