import { readdirSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decide, describeSelection, freezeSnapshot } from '../../../core/curate/index.ts'
import type { SnapshotPair } from '../../../core/jobs/protocol.ts'
import { insertCaption } from '../../../core/store/captions.ts'
import { insertSample, setSampleFault } from '../../../core/store/samples.ts'
import type { Project } from '../../../core/store/project.ts'
import { addPairs, queryFor, temporaryProject } from '../../support/data.ts'

const split = { heldOut: 0.2, seed: 1 }

const readLines = (path: string): SnapshotPair[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SnapshotPair)

function fifty(): Project {
  const project = temporaryProject()
  addPairs(
    project,
    Array.from({ length: 50 }, (_, index) => [`one ${index}`, `two ${index}`]),
  )
  return project
}

describe('a snapshot', () => {
  it('holds the pairs as they are, under the hash of its content', async () => {
    const project = fifty()
    const frozen = await freezeSnapshot(project, queryFor('one'), split)
    expect(frozen).toMatchObject({ pairs: 40, heldOutPairs: 10, pictures: 50, unreadable: 0, emptyCaptions: 0 })
    expect(createHash('sha256').update(readFileSync(frozen.path)).digest('hex')).toBe(frozen.hash)
    expect(readLines(frozen.path)[3]).toEqual({
      sampleId: 4,
      captionId: 7,
      path: expect.stringContaining('/made-up/3-'),
      text: 'one 3',
      split: expect.any(String),
    })
    expect(readdirSync(join(project.folder, 'snapshots'))).toEqual([`${frozen.hash}.jsonl`])
  })

  it('is the same file for the same pairs and seed, whatever the order of the view', async () => {
    const project = fifty()
    const first = await freezeSnapshot(project, queryFor(''), split)
    const again = await freezeSnapshot(project, queryFor('', { by: 'random', direction: 'ascending' }), split)
    const otherSeed = await freezeSnapshot(project, queryFor(''), { ...split, seed: 2 })
    expect(again.hash).toBe(first.hash)
    expect(otherSeed.hash).not.toBe(first.hash)
  })

  it('keeps all captions of a picture, and exact copies of it, on one side', async () => {
    const project = fifty()
    const hash = 'd'.repeat(64)
    for (let copy = 0; copy < 10; copy++) {
      const facts = { bytes: 1, modified: 1, width: 1, height: 1, format: 'jpeg', hash, fault: null }
      insertCaption(project.db, {
        sample: insertSample(project.db, `/copy/${copy}.jpg`, facts),
        text: 'copy',
        source: 'web',
        at: 1,
      })
    }
    for (const seed of [1, 2, 3, 4, 5]) {
      const { path } = await freezeSnapshot(project, queryFor(''), { heldOut: 0.5, seed })
      const sides = new Map<string, Set<string>>()
      for (const { sampleId, text, split: side } of readLines(path)) {
        const key = text === 'copy' ? 'copies' : String(sampleId)
        sides.set(key, (sides.get(key) ?? new Set()).add(side))
      }
      expect([...sides.values()].every((set) => set.size === 1)).toBe(true)
    }
  })

  it('leaves out unreadable pictures, missing captions and, unless asked for, rejected pairs, and counts them', async () => {
    const project = fifty()
    addPairs(project, [[], []])
    setSampleFault(project.db, 1, { code: 'picture-damaged', message: 'x' })
    decide(project, { target: { kind: 'pairs', captionIds: [3, 4, 5] }, decision: 'rejected' })
    expect(describeSelection(project, queryFor(''), { heldOut: 0, seed: 1 })).toEqual({
      pairs: 95,
      heldOutPairs: 0,
      pictures: 48,
      unreadable: 1,
      emptyCaptions: 2,
    })
    expect(describeSelection(project, queryFor('is:rejected'), { heldOut: 0, seed: 1 })).toMatchObject({
      pairs: 3,
      pictures: 2,
    })
    expect(await freezeSnapshot(project, queryFor('-is:accepted'), { heldOut: 0, seed: 1 })).toMatchObject({
      pairs: 98,
    })
  })

  it('is not changed by what happens later', async () => {
    const project = fifty()
    const { path, hash } = await freezeSnapshot(project, queryFor(''), split)
    decide(project, { target: { kind: 'pairs', captionIds: [1] }, decision: 'rejected' })
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(hash)
    expect((await freezeSnapshot(project, queryFor(''), split)).hash).not.toBe(hash)
  })
})
