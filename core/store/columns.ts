import { prepare, type Db } from './database.ts'

/**
 * What counting and stepping through a view need of every caption, in memory (about 5 bytes a
 * caption): its picture, and its state. Kept true by a temporary trigger, so no writer can forget it.
 */
export interface Columns {
  sampleOf(caption: number): number
  /** Decision code in bits 0-1, source code in bits 2-3. */
  stateOf(caption: number): number
  /** The live caption that stands in this one's place, or 0. */
  liveOf(caption: number): number
  /** Live captions, placeholders included, by state. */
  countLive(): number[]
  /** Reads what changed since the last call. */
  refresh(): void
}

const rows = `SELECT c.id, c.sample_id, c.decision | (c.source << 2), c.superseded_by, c.replaces FROM `
/** Captions read at once: bounds the memory that filling takes. */
const block = 100_000

type Row = [id: number, sample: number, state: number, supersededBy: number | null, replaces: number | null]

/** Starts empty; fills at the first `refresh`. */
export function openColumns(db: Db): Columns {
  db.exec(`
    CREATE TEMP TABLE touched (id INTEGER PRIMARY KEY);
    CREATE TEMP TRIGGER caption_touched AFTER UPDATE OF decision, superseded_by ON main.caption
    BEGIN INSERT OR IGNORE INTO touched VALUES (new.id); END;`)
  let samples = new Int32Array(1024)
  let states = new Uint8Array(1024)
  const successors = new Map<number, [supersededBy: number, replaces: number]>()
  let last = 0

  function grow(size: number): void {
    if (size <= samples.length) return
    const capacity = Math.max(size, samples.length * 2)
    const [oldSamples, oldStates] = [samples, states]
    samples = new Int32Array(capacity)
    states = new Uint8Array(capacity)
    samples.set(oldSamples)
    states.set(oldStates)
  }

  function take([id, sample, state, supersededBy, replaces]: Row): void {
    grow(id + 1)
    samples[id] = sample
    states[id] = state
    if (supersededBy === null) successors.delete(id)
    else successors.set(id, [supersededBy, replaces ?? 0])
    if (id > last) last = id
  }

  /** Takes in the captions that came after the last known one, a block at a time; false at the end. */
  function readNext(): boolean {
    const ids = prepare(db, `SELECT id FROM caption WHERE id > ? ORDER BY id LIMIT ${block}`)
      .pluck()
      .all(last) as number[]
    const end = ids.at(-1)
    if (end === undefined) return false
    const packed = prepare(
      db,
      'SELECT sample_id * 16 + (decision | (source << 2)) FROM caption WHERE id > ? AND id <= ? ORDER BY id',
    )
      .pluck()
      .all(last, end) as number[]
    grow(end + 1)
    for (let index = 0; index < ids.length; index++) {
      samples[ids[index]!] = Math.floor(packed[index]! / 16)
      states[ids[index]!] = packed[index]! % 16
    }
    const links = prepare(
      db,
      'SELECT id, superseded_by, replaces FROM caption WHERE superseded_by IS NOT NULL AND id > ? AND id <= ?',
    ).raw()
    for (const [id, by, replaces] of links.all(last, end) as [number, number, number | null][])
      successors.set(id, [by, replaces ?? 0])
    last = end
    return ids.length === block
  }

  function countLive(): number[] {
    const counts = new Array<number>(16).fill(0)
    for (let id = 1; id <= last; id++) if (samples[id] && !successors.has(id)) counts[states[id]!]!++
    return counts
  }

  function refresh(): void {
    const changed = prepare(db, `${rows} temp.touched t JOIN caption c ON c.id = t.id`).raw().all() as Row[]
    changed.forEach(take)
    if (changed.length > 0) db.exec('DELETE FROM temp.touched')
    while (readNext()) continue
  }

  function liveOf(caption: number): number {
    let id = caption
    for (let hop = 0; hop < 1000; hop++) {
      const link = successors.get(id)
      if (!link) return samples[id] ? id : 0
      id = link[0] === id ? link[1] : link[0]
      if (id === 0) return 0
    }
    return 0
  }

  return { sampleOf: (id) => samples[id] ?? 0, stateOf: (id) => states[id] ?? 0, liveOf, countLive, refresh }
}

/** The live caption standing in the place of each; those withdrawn without predecessor are left out. */
export function liveCaptions(columns: Columns, ids: Iterable<number>): number[] {
  columns.refresh()
  const found = new Set<number>()
  for (const id of ids) {
    const live = columns.liveOf(id)
    if (live) found.add(live)
  }
  return [...found]
}
