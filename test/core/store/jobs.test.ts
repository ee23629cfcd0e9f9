import { describe, expect, it } from 'vitest'
import type { Run } from '../../../core/contract/index.ts'
import { addItemFault, appendEvent, listEvents, listItemFaults } from '../../../core/store/events.ts'
import { getCheckpoint, insertCheckpoint, listCheckpoints } from '../../../core/store/checkpoints.ts'
import { getJob, insertJob, listJobs, readCursor, updateJob, writeCursor } from '../../../core/store/jobs.ts'
import {
  appendLog,
  appendMetrics,
  insertRun,
  listRuns,
  runDetail,
  updateRun,
  writeEvaluation,
} from '../../../core/store/runs.ts'
import { queryFor, temporaryProject } from '../../support/data.ts'

const spec = {
  kind: 'export-dataset' as const,
  query: queryFor('dog'),
  format: 'csv' as const,
  folder: '/out',
  copyPictures: false,
}
const progress = { stage: 'copying', done: 1, total: 2, rate: null, secondsLeft: null, faults: 0 }

const run: Run = {
  id: 'r1',
  job: 'j1',
  name: 'first',
  recipe: 'finetune',
  knobs: { steps: 10 },
  start: null,
  shape: 'tiny',
  snapshot: 'abc',
  query: '',
  pairs: 9,
  heldOutPairs: 1,
  state: 'running',
  step: 0,
  steps: 10,
  createdAt: '2024-01-01T00:00:00.000Z',
  endedAt: null,
  checkpoint: null,
  fault: null,
}

describe('jobs', () => {
  it('keep their specification, state and result', () => {
    const project = temporaryProject()
    expect(insertJob(project, { id: 'j1', spec, resumable: true })).toMatchObject({
      id: 'j1',
      spec,
      state: 'queued',
      progress: null,
      resumable: true,
      startedAt: null,
    })
    insertJob(project, { id: 'j2', spec })
    const startedAt = new Date().toISOString()
    expect(updateJob(project, 'j1', { state: 'running', progress, startedAt })).toMatchObject({
      state: 'running',
      progress,
      startedAt,
    })
    updateJob(project, 'j1', {
      state: 'failed',
      fault: { code: 'disk-full', message: 'x' },
      result: { pairs: 1, folder: '/out' },
    })
    expect(getJob(project, 'j1')).toMatchObject({
      progress,
      fault: { code: 'disk-full' },
      result: { pairs: 1, folder: '/out' },
    })
    expect(updateJob(project, 'j1', { fault: null }).fault).toBeNull()
    expect(listJobs(project).map(({ id }) => id)).toEqual(['j2', 'j1'])
    writeCursor(project, 'j2', 'here')
    expect([readCursor(project, 'j1'), readCursor(project, 'j2')]).toEqual([null, 'here'])
    expect(() => getJob(project, 'j9')).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('number their events from one, each job for itself', () => {
    const project = temporaryProject()
    for (const id of ['j1', 'j2']) insertJob(project, { id, spec })
    appendEvent(project, 'j1', { kind: 'queued' })
    appendEvent(project, 'j2', { kind: 'queued' })
    appendEvent(project, 'j1', { kind: 'started', resumed: false })
    expect(appendEvent(project, 'j1', { kind: 'progress', progress })).toMatchObject({
      job: 'j1',
      sequence: 3,
      kind: 'progress',
      progress,
    })
    expect(listEvents(project, 'j1', 1).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [2, 'started'],
      [3, 'progress'],
    ])
    expect(listEvents(project, 'j2')).toHaveLength(1)
  })

  it('count the same fault of the same item once', () => {
    const project = temporaryProject()
    insertJob(project, { id: 'j1', spec })
    const fault = { code: 'picture-damaged', message: 'x' }
    expect([
      addItemFault(project, 'j1', 'a', fault),
      addItemFault(project, 'j1', 'a', fault),
      addItemFault(project, 'j1', 'b', fault),
    ]).toEqual([true, false, true])
    expect(listItemFaults(project, 'j1', 1, 5)).toEqual({ faults: [{ subject: 'b', fault }], total: 2 })
  })
})

describe('runs and checkpoints', () => {
  it('are listed newest first with curves, log and evaluation', () => {
    const project = temporaryProject()
    insertRun(project, run)
    insertRun(project, { ...run, id: 'r2', createdAt: '2024-02-01T00:00:00.000Z' })
    expect(updateRun(project, 'r1', { state: 'finished', step: 10 })).toMatchObject({
      id: 'r1',
      state: 'finished',
      step: 10,
      name: 'first',
    })
    appendMetrics(project, 'r1', 1, { loss: 3, rate: 0.1 })
    appendMetrics(project, 'r1', 2, { loss: 2 })
    appendMetrics(project, 'r1', 2, { loss: 1.5, broken: NaN })
    appendLog(project, 'r1', 'hello')
    const evaluation = { retrievalBefore: null, retrievalAfter: null, captions: [] }
    writeEvaluation(project, 'r1', evaluation)
    expect(runDetail(project, 'r1')).toMatchObject({
      state: 'finished',
      curves: {
        names: ['broken', 'loss', 'rate'],
        rows: [
          [1, null, 3, 0.1],
          [2, null, 1.5, null],
        ],
      },
      log: [{ text: 'hello' }],
      evaluation,
    })
    expect(runDetail(project, 'r2')).toMatchObject({ curves: { names: [], rows: [] }, evaluation: null })
    expect(listRuns(project).map(({ id }) => id)).toEqual(['r2', 'r1'])
    expect(() => updateRun(project, 'r9', {})).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('are found by hash, and replaced by it', () => {
    const project = temporaryProject()
    const checkpoint = {
      hash: 'aa',
      name: 'tiny',
      folder: '/c',
      shape: 'tiny',
      family: 'blip',
      parameters: 5,
      origin: 'shipped' as const,
      run: null,
      step: null,
      createdAt: '2024-01-01T00:00:00.000Z',
      fault: null,
    }
    insertCheckpoint(project, checkpoint)
    insertCheckpoint(project, { ...checkpoint, fault: { code: 'checkpoint-damaged', message: 'x' } })
    expect(listCheckpoints(project)).toEqual([{ ...checkpoint, fault: { code: 'checkpoint-damaged', message: 'x' } }])
    expect(getCheckpoint(project, 'bb')).toBeNull()
  })
})
