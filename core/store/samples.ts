import type { FaultRecord, Sample } from '../contract/index.ts'
import { parseJson, toJson } from './codes.ts'
import { get, prepare, run, type Db } from './database.ts'

export interface SampleRow {
  id: number
  path: string
  bytes: number
  modified: number
  width: number | null
  height: number | null
  format: string | null
  hash: string | null
  duplicate_of: number | null
  fault: string | null
}

/** What is known of a picture's file. `modified` is in whole milliseconds. */
export interface PictureFacts {
  bytes: number
  modified: number
  width: number | null
  height: number | null
  format: string | null
  hash: string | null
  fault: FaultRecord | null
}

export const sampleById = (db: Db, id: number): SampleRow | undefined =>
  get(db, 'SELECT * FROM sample WHERE id = ?', id)
export const sampleByPath = (db: Db, path: string): SampleRow | undefined =>
  get(db, 'SELECT * FROM sample WHERE path = ?', path)

/** Adds a picture, linked to the one with the same content that came first; returns its id. */
export function insertSample(db: Db, path: string, facts: PictureFacts): number {
  const { bytes, modified, width, height, format, hash, fault } = facts
  return Number(
    run(
      db,
      `INSERT INTO sample (path, bytes, modified, width, height, format, hash, fault, duplicate_of)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      path,
      bytes,
      modified,
      width,
      height,
      format,
      hash,
      toJson(fault),
      firstWith(db, hash, 0),
    ).lastInsertRowid,
  )
}

/** Takes over the new content of a picture whose file changed. */
export function updateSample(db: Db, id: number, facts: PictureFacts): void {
  const { bytes, modified, width, height, format, hash, fault } = facts
  run(
    db,
    `UPDATE sample SET bytes = ?, modified = ?, width = ?, height = ?, format = ?, hash = ?, fault = ?, duplicate_of = ? WHERE id = ?`,
    bytes,
    modified,
    width,
    height,
    format,
    hash,
    toJson(fault),
    firstWith(db, hash, id),
    id,
  )
  run(db, 'UPDATE sample SET duplicate_of = NULL WHERE duplicate_of = ? AND hash IS NOT ?', id, hash)
}

/** Records that a picture can no longer be read, or again can (null). */
export function setSampleFault(db: Db, id: number, fault: FaultRecord | null): void {
  run(db, 'UPDATE sample SET fault = ? WHERE id = ?', toJson(fault), id)
}

function firstWith(db: Db, hash: string | null, otherThan: number): number | null {
  if (hash === null) return null
  const first = prepare(db, 'SELECT min(id) FROM sample WHERE hash = ? AND id <> ?').pluck().get(hash, otherThan) as
    | number
    | null
  return first !== null && (otherThan === 0 || first < otherThan) ? first : null
}

/** Part of the thumbnail's address: changes when the content does. */
export function versionOf(row: Pick<SampleRow, 'hash' | 'bytes' | 'modified'>): string {
  return row.hash?.slice(0, 16) ?? `${row.bytes.toString(36)}-${row.modified.toString(36)}`
}

/** The row as the contract has it. */
export function toSample(row: SampleRow): Sample {
  const { id, path, width, height, bytes, format, hash, duplicate_of: duplicateOf } = row
  return { id, path, width, height, bytes, format, hash, duplicateOf, fault: parseJson(row.fault) }
}
