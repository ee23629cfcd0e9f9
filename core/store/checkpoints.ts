import type { Checkpoint } from '../contract/index.ts'
import { isoTime, parseJson, toJson } from './codes.ts'
import { all, get, run } from './database.ts'
import type { Project } from './project.ts'

interface CheckpointRow {
  hash: string
  name: string
  folder: string
  shape: string
  family: string
  parameters: number
  origin: Checkpoint['origin']
  run: string | null
  step: number | null
  created_at: number
  fault: string | null
}

/** Adds a checkpoint, or takes over the new facts of one that is known. */
export function insertCheckpoint({ db }: Project, checkpoint: Checkpoint): void {
  const { hash, name, folder, shape, family, parameters, origin, step, createdAt, fault } = checkpoint
  const sql = 'INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
  run(
    db,
    sql,
    hash,
    name,
    folder,
    shape,
    parameters,
    origin,
    checkpoint.run,
    step,
    Date.parse(createdAt),
    toJson(fault),
    family,
  )
}

/** Newest first. */
export const listCheckpoints = ({ db }: Project): Checkpoint[] =>
  all<CheckpointRow>(db, 'SELECT * FROM checkpoint ORDER BY created_at DESC, rowid DESC').map(toCheckpoint)

export function getCheckpoint({ db }: Project, hash: string): Checkpoint | null {
  const row = get<CheckpointRow>(db, 'SELECT * FROM checkpoint WHERE hash = ?', hash)
  return row ? toCheckpoint(row) : null
}

function toCheckpoint({ created_at: createdAt, fault, ...row }: CheckpointRow): Checkpoint {
  return { ...row, createdAt: isoTime(createdAt), fault: parseJson(fault) }
}
