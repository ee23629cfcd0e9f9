import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Query } from '../contract/index.ts'
import { publish, writeFileDurably } from '../store/files.ts'
import type { Project } from '../store/project.ts'
import { readOriginals, readUsable, selectUsable, type UsablePair } from '../store/selection.ts'
import { parseQuery } from './query/parse.ts'

export interface Split {
  /** Share of the pictures held out, 0 to 0.5. */
  heldOut: number
  seed: number
}

export interface SelectionCounts {
  /** Pairs to train on. */
  pairs: number
  heldOutPairs: number
  pictures: number
  /** Pictures left out, as they can't be read. */
  unreadable: number
  /** Pairs left out, as they have no caption. */
  emptyCaptions: number
}

interface Plan extends SelectionCounts {
  ids: Int32Array
  /** Originals whose pictures are held out. */
  heldOut: Set<number>
}

/** Counts what a snapshot of this selection would hold. Faults: query-invalid. */
export function describeSelection(project: Project, query: Query, split: Split): SelectionCounts {
  const { ids: _ids, heldOut: _heldOut, ...counts } = plan(project, query, split)
  return counts
}

/**
 * Writes the pairs of a selection as they are now to snapshots/<SHA-256>.jsonl: lines of
 * SnapshotPair (jobs/protocol) by picture, then age of the caption. The same pairs and split give
 * the same file. Faults: query-invalid, disk-full.
 */
export async function freezeSnapshot(
  project: Project,
  query: Query,
  split: Split,
): Promise<SelectionCounts & { hash: string; path: string }> {
  const { ids, heldOut, ...counts } = plan(project, query, split)
  const folder = join(project.folder, 'snapshots')
  const partial = join(folder, `.${crypto.randomUUID()}.partial`)
  try {
    const { hash } = await writeFileDurably(partial, lines(readUsable(project.db, ids), heldOut))
    const path = join(folder, `${hash}.jsonl`)
    await publish(partial, path)
    return { ...counts, hash, path }
  } finally {
    await rm(partial, { force: true })
  }
}

function* lines(pairs: Iterable<UsablePair>, heldOut: Set<number>): Generator<string> {
  for (const { sampleId, captionId, path, text, original, match } of pairs) {
    const split = heldOut.has(original) ? 'held-out' : 'train'
    yield `${JSON.stringify({ sampleId, captionId, path, text, split, ...(match !== null && { match }) })}\n`
  }
}

function plan(project: Project, query: Query, split: Split): Plan {
  const { ids, ...leftOut } = selectUsable(project.db, parseQuery(query.text))
  const pairsOf = new Map<number, number>()
  const pictures = new Set<number>()
  for (const [sampleId, original] of readOriginals(project.db, ids)) {
    pairsOf.set(original, (pairsOf.get(original) ?? 0) + 1)
    pictures.add(sampleId)
  }
  const heldOut = chooseHeldOut([...pairsOf.keys()], split)
  let heldOutPairs = 0
  for (const original of heldOut) heldOutPairs += pairsOf.get(original)!
  return { ids, heldOut, pairs: ids.length - heldOutPairs, heldOutPairs, pictures: pictures.size, ...leftOut }
}

/** Seeded choice among pictures of different content, so that copies of one never part; the share is exact. */
function chooseHeldOut(originals: number[], { heldOut, seed }: Split): Set<number> {
  const order = originals.map((id) => ({ id, key: mix(id, seed) })).sort((a, b) => a.key - b.key || a.id - b.id)
  return new Set(order.slice(0, Math.round(originals.length * heldOut)).map(({ id }) => id))
}

/** A 32-bit mixing function of two numbers (the finaliser of MurmurHash3, twice). */
function mix(id: number, seed: number): number {
  const once = (value: number): number => {
    let hash = value | 0
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    return hash ^ (hash >>> 16)
  }
  return once(once(seed + 0x9e3779b9) ^ id) >>> 0
}
