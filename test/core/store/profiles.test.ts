import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { activities, type ByActivity, type ProfileSpan } from '../../../core/contract/index.ts'
import { insertJob } from '../../../core/store/jobs.ts'
import {
  appendSpan,
  groupSpans,
  meanPixels,
  readOperations,
  totalSpans,
  writeOperations,
} from '../../../core/store/profiles.ts'
import { openProject, type Project } from '../../../core/store/project.ts'

let folder: string
let project: Project
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'winnow-profiles-'))
  project = openProject(folder, { create: true })
  for (const id of ['a', 'b'])
    insertJob(project, { id, spec: { kind: 'import', path: '/', format: 'auto', source: 'web' } })
})
afterEach(() => {
  project.close()
  rmSync(folder, { recursive: true, force: true })
})

const none = Object.fromEntries(activities.map((name) => [name, 0])) as ByActivity
const span = (done: number, over: Partial<ProfileSpan> = {}): ProfileSpan => ({
  done,
  steps: 1,
  seconds: { ...none, compute: 1, wait: done },
  cpuSeconds: 2,
  machineSeconds: 3,
  cores: 4,
  device: 'CPU',
  memoryBytes: 100 - done,
  peakBytes: 200 + done,
  ...over,
})

test('adds up a job’s spans and leaves those of other jobs alone', () => {
  expect(totalSpans(project, 'a')).toBeNull()
  for (const done of [1, 2, 3]) appendSpan(project, 'a', span(done))
  appendSpan(project, 'b', span(50))
  expect(totalSpans(project, 'a')).toEqual({
    spans: 3,
    done: 3,
    steps: 3,
    seconds: { ...none, compute: 3, wait: 6 },
    cpuSeconds: 6,
    machineSeconds: 9,
    cores: 4,
    device: 'CPU',
    memoryBytes: 99,
    peakBytes: 203,
  })
  expect(totalSpans(project, 'a', 2)).toMatchObject({ spans: 1, seconds: { wait: 3 } })
})

test('groups many spans into a bounded number, in order, losing none; a resumed count may fall', () => {
  for (let done = 1; done <= 10; done++) appendSpan(project, 'a', span(done))
  appendSpan(project, 'a', span(6))
  const groups = groupSpans(project, 'a', 4)
  expect(groups.map(({ spans }) => spans)).toEqual([3, 3, 3, 2])
  expect(groups.map(({ done }) => done)).toEqual([3, 6, 9, 10])
  expect(groups.reduce((sum, { seconds }) => sum + seconds.wait, 0)).toBe(61)
  expect(groupSpans(project, 'b', 4)).toEqual([])
})

test('keeps the newest times of operations', () => {
  const times = { at: 'now', runtime: 'none', batchSize: 2, stepMilliseconds: 2, milliseconds: 1, calls: 1, top: [] }
  expect(readOperations(project, 'a')).toBeNull()
  writeOperations(project, 'a', times)
  writeOperations(project, 'a', { ...times, calls: 7 })
  expect(readOperations(project, 'a')).toEqual({ ...times, calls: 7 })
})

test('knows the mean size of pictures where it is known', () => {
  const insert = project.db.prepare(
    'INSERT INTO sample (id, path, bytes, modified, width, height) VALUES (?, ?, 1, 1, ?, ?)',
  )
  insert.run(1, 'a', 100, 50)
  insert.run(2, 'b', 10, 100)
  insert.run(3, 'c', null, null)
  expect(meanPixels(project, [1, 2, 3])).toBe(3000)
  expect(meanPixels(project, [3])).toBeNull()
  expect(meanPixels(project, [])).toBeNull()
})
