import type { Operation } from '../contract/index.ts'
import { isoTime } from './codes.ts'
import { all, get, run, type Db } from './database.ts'

export interface OperationRow {
  id: number
  kind: Operation['kind']
  details: string
  count: number
  created_at: number
  state: Operation['state']
  undoable: number
  before: Buffer | null
}

export interface NewOperation {
  kind: Operation['kind']
  details: Operation['details']
  count: number
  at: number
  undoable: boolean
}

/** Logs an operation. A new undoable one discards those that were undone: history is a line. */
export function insertOperation(db: Db, { kind, details, count, at, undoable }: NewOperation): number {
  if (undoable) run(db, `UPDATE operation SET state = 'discarded', before = NULL WHERE state = 'undone'`)
  const sql = 'INSERT INTO operation (kind, details, count, created_at, undoable) VALUES (?, ?, ?, ?, ?)'
  return Number(run(db, sql, kind, JSON.stringify(details), count, at, undoable ? 1 : 0).lastInsertRowid)
}

export function updateOperation(
  db: Db,
  id: number,
  change: { count?: number; details?: Operation['details']; before?: Buffer },
): void {
  const { count, details, before } = change
  run(
    db,
    'UPDATE operation SET count = coalesce(?, count), details = coalesce(?, details), before = coalesce(?, before) WHERE id = ?',
    count ?? null,
    details ? JSON.stringify(details) : null,
    before ?? null,
    id,
  )
}

export const setOperationState = (db: Db, id: number, state: Operation['state']): void =>
  void run(db, 'UPDATE operation SET state = ? WHERE id = ?', state, id)

export const operationById = (db: Db, id: number): OperationRow | undefined =>
  get(db, 'SELECT * FROM operation WHERE id = ?', id)

/** What undo takes back next. */
export const newestDone = (db: Db): OperationRow | undefined =>
  get(db, `SELECT * FROM operation WHERE state = 'done' AND undoable = 1 ORDER BY id DESC LIMIT 1`)

/** What redo brings back next. */
export const oldestUndone = (db: Db): OperationRow | undefined =>
  get(db, `SELECT * FROM operation WHERE state = 'undone' ORDER BY id LIMIT 1`)

/** Newest first, at most `limit`, with ids below `before`. */
export function listOperations(db: Db, before: number | null, limit: number): Operation[] {
  const sql = `SELECT id, kind, details, count, created_at, state, undoable FROM operation WHERE id < ? ORDER BY id DESC LIMIT ?`
  return all<OperationRow>(db, sql, before ?? Number.MAX_SAFE_INTEGER, limit).map(toOperation)
}

export function toOperation(row: Omit<OperationRow, 'before'>): Operation {
  const { id, kind, count, state } = row
  return {
    id,
    kind,
    count,
    state,
    details: JSON.parse(row.details),
    createdAt: isoTime(row.created_at),
    undoable: row.undoable === 1,
  }
}
