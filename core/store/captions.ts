import type { CaptionSource, Decision } from '../contract/index.ts'
import { deciderCode, decisionCode, sourceCode, type Decider } from './codes.ts'
import { get, prepare, run, type Db } from './database.ts'

export interface CaptionRow {
  id: number
  sample_id: number
  text: string
  source: number
  decision: number
  decided_by: number | null
  decided_at: number | null
  reason: string | null
  superseded_by: number | null
  replaces: number | null
  provenance: number | null
  created_at: number
}

export interface NewCaption {
  sample: number
  /** Empty text makes a placeholder, which stands for a missing caption. */
  text: string
  source: CaptionSource
  at: number
  decided?: { decision: Decision; by: Decider; reason: string | null }
  /** The caption it takes the place of. */
  replaces?: number
  operation?: number
  provenance?: number
}

/** Words are what white space separates. */
export const countWords = (text: string): number => text.match(/\S+/g)?.length ?? 0
const countCharacters = (text: string): number => (/[\ud800-\udbff]/.test(text) ? [...text].length : text.length)

/** Adds a caption; what it replaces, and a placeholder of its picture, are superseded by it. Returns its id. */
export function insertCaption(
  db: Db,
  { sample, text, source, at, decided, replaces, operation, provenance }: NewCaption,
): number {
  const placeholder = text === '' ? null : placeholderOf(db, sample)
  const { lastInsertRowid } = run(
    db,
    `INSERT INTO caption (sample_id, source, decision, decided_by, decided_at, reason, replaces, operation, provenance, words, chars, created_at, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    sample,
    sourceCode(source),
    decided ? decisionCode(decided.decision) : 0,
    decided ? deciderCode(decided.by) : null,
    decided ? at : null,
    decided?.reason ?? null,
    replaces ?? placeholder,
    operation ?? null,
    provenance ?? null,
    countWords(text),
    countCharacters(text),
    at,
    text,
  )
  const id = Number(lastInsertRowid)
  for (const old of [replaces, placeholder]) if (old) supersede(db, old, id)
  return id
}

const supersede = (db: Db, id: number, by: number) =>
  run(db, 'UPDATE caption SET superseded_by = ? WHERE id = ?', by, id)

function placeholderOf(db: Db, sample: number): number | null {
  const sql = 'SELECT id FROM caption WHERE sample_id = ? AND superseded_by IS NULL AND chars = 0'
  return (prepare(db, sql).pluck().get(sample) as number | undefined) ?? null
}

export const captionById = (db: Db, id: number): CaptionRow | undefined =>
  get(db, 'SELECT * FROM caption WHERE id = ?', id)

/** The live captions of a picture, oldest first. */
export function liveCaptionsOf(db: Db, sample: number): CaptionRow[] {
  return prepare(db, 'SELECT * FROM caption WHERE sample_id = ? AND superseded_by IS NULL ORDER BY id').all(
    sample,
  ) as CaptionRow[]
}

/** Takes back the captions that an operation made; what they had replaced is live again. */
export function withdrawCaptions(db: Db, operation: number): void {
  const made = 'SELECT id FROM caption WHERE operation = ?'
  run(
    db,
    `UPDATE caption SET superseded_by = NULL WHERE superseded_by IN (${made}) AND id NOT IN (${made})`,
    operation,
    operation,
  )
  run(db, 'UPDATE caption SET superseded_by = id WHERE operation = ? AND superseded_by IS NULL', operation)
  // Subtle: another job may have captioned the picture meanwhile; then its placeholder stays superseded.
  run(
    db,
    `UPDATE caption AS p SET superseded_by = o.id FROM caption o
     WHERE p.id IN (SELECT replaces FROM caption WHERE operation = ?) AND p.chars = 0
       AND o.sample_id = p.sample_id AND o.superseded_by IS NULL AND o.chars > 0`,
    operation,
  )
}

/** Undoes `withdrawCaptions`. */
export function restoreCaptions(db: Db, operation: number): void {
  run(db, 'UPDATE caption SET superseded_by = NULL WHERE operation = ? AND superseded_by = id', operation)
  run(
    db,
    'UPDATE caption AS p SET superseded_by = m.id FROM caption m WHERE m.operation = ? AND m.replaces = p.id',
    operation,
  )
}

/** Whether a picture has or had a caption with this text; withdrawn ones don't count. */
export function hasCaption(db: Db, sample: number, text: string): boolean {
  return (
    get(db, 'SELECT 1 FROM caption WHERE sample_id = ? AND superseded_by IS NOT id AND text = ?', sample, text) !==
    undefined
  )
}

/** Whether a picture has a live caption or placeholder. */
export const hasCaptions = (db: Db, sample: number): boolean =>
  get(db, 'SELECT 1 FROM caption WHERE sample_id = ? AND superseded_by IS NULL', sample) !== undefined
