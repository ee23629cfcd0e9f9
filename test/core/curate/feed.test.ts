import { describe, expect, it } from 'vitest'
import type { SpecOf } from '../../../core/contract/index.ts'
import {
  countHandled,
  countPictures,
  detail,
  edit,
  history,
  pendingPictures,
  redo,
  storePictureFault,
  storeResults,
  undo,
} from '../../../core/curate/index.ts'
import { listItemFaults } from '../../../core/store/events.ts'
import { setSampleFault } from '../../../core/store/samples.ts'
import type { Project } from '../../../core/store/project.ts'
import { addJob, addPairs, queryFor, temporaryProject } from '../../support/data.ts'

function spec(change: Partial<SpecOf<'capfilt'>> = {}): SpecOf<'capfilt'> {
  return {
    kind: 'capfilt',
    query: queryFor(''),
    captioner: 'c0ffee',
    filter: 'f117e4',
    decoding: { kind: 'nucleus', topP: 0.9, seed: 3 },
    prompt: 'a picture of',
    minLength: 1,
    maxLength: 9,
    onlyMissing: false,
    batchSize: 2,
    ...change,
  }
}

/** Four pictures: two captions, one, none, unreadable. */
function four(): Project {
  const project = temporaryProject()
  addPairs(project, [['one', 'two'], ['three'], [], ['four']])
  setSampleFault(project.db, 4, { code: 'picture-damaged', message: 'x' })
  return project
}

const result = (sampleId: number, text: string, scores: { captionId: number; itm: number; itc: number }[] = []) => ({
  sampleId,
  written: { text, itm: 0.75, itc: 0.25 },
  scores,
})

describe('the feed of a CapFilt job', () => {
  it('hands out readable pictures of the query with the captions to score', () => {
    const project = four()
    const job = addJob(project, spec())
    expect(pendingPictures(project, job, spec(), 0, 10)).toEqual([
      {
        sampleId: 1,
        path: expect.any(String),
        captions: [
          { captionId: 1, text: 'one' },
          { captionId: 2, text: 'two' },
        ],
        write: true,
      },
      { sampleId: 2, path: expect.any(String), captions: [{ captionId: 3, text: 'three' }], write: true },
      { sampleId: 3, path: expect.any(String), captions: [], write: true },
    ])
    expect(pendingPictures(project, job, spec(), 1, 1).map(({ sampleId }) => sampleId)).toEqual([2])
    expect(
      pendingPictures(project, job, spec({ query: queryFor('three') }), 0, 10).map(({ sampleId }) => sampleId),
    ).toEqual([2])
  })

  it.each([
    [
      'writes only where no caption is',
      { onlyMissing: true },
      [
        [1, false, 2],
        [2, false, 1],
        [3, true, 0],
      ],
    ],
    ['passes over what has nothing to write', { onlyMissing: true, filter: null }, [[3, true, 0]]],
    [
      'passes over what has nothing to score',
      { captioner: null },
      [
        [1, false, 2],
        [2, false, 1],
      ],
    ],
    [
      'scores nothing without a filter',
      { filter: null },
      [
        [1, true, 0],
        [2, true, 0],
        [3, true, 0],
      ],
    ],
  ])('%s', (_, change, wanted) => {
    const project = four()
    const found = pendingPictures(project, 'none', spec(change), 0, 10)
    expect(found.map(({ sampleId, write, captions }) => [sampleId, write, captions.length])).toEqual(wanted)
    expect(countPictures(project, spec(change))).toBe(wanted.length)
  })

  it('stores captions with provenance and scores, once, however often results come', () => {
    const project = four()
    const job = addJob(project, spec())
    const results = [
      result(1, 'written one', [
        { captionId: 1, itm: 0.5, itc: 0.1 },
        { captionId: 2, itm: 0.4, itc: 0.2 },
      ]),
      result(3, 'written three'),
    ]
    expect(storeResults(project, { job, spec: spec() }, results)).toEqual({ written: 2, scored: 8 })
    expect(storeResults(project, { job, spec: spec() }, [...results, result(2, 'written two')])).toEqual({
      written: 1,
      scored: 2,
    })
    const { captions } = detail(project, 1)
    expect(captions.map(({ text }) => text)).toEqual(['one', 'two', 'written one'])
    expect(captions[0]!.scores).toEqual([
      { metric: 'itm', scorer: 'f117e4', scorerName: 'f117e4', value: 0.5 },
      { metric: 'itc', scorer: 'f117e4', scorerName: 'f117e4', value: 0.1 },
    ])
    expect(captions[2]).toMatchObject({
      source: 'synthetic',
      provenance: { checkpoint: 'c0ffee', decoding: 'nucleus 0.9', prompt: 'a picture of', seed: 3, job },
    })
    expect(detail(project, 3).captions.map(({ text }) => text)).toEqual(['written three'])
    expect(history(project)).toMatchObject([{ kind: 'capfilt', count: 3 }])
  })

  it('goes on after a kill where it was, with the same total', () => {
    const project = four()
    const job = addJob(project, spec())
    expect(countPictures(project, spec(), job)).toBe(3)
    storeResults(project, { job, spec: spec() }, [result(2, 'written')])
    storePictureFault(project, job, 1, { code: 'picture-damaged', message: 'gone' })
    expect(pendingPictures(project, job, spec(), 0, 10).map(({ sampleId }) => sampleId)).toEqual([3])
    expect([countHandled(project, job), countPictures(project, spec(), job)]).toEqual([2, 3])
    expect(listItemFaults(project, job)).toMatchObject({ total: 1, faults: [{ fault: { code: 'picture-damaged' } }] })
  })

  it('marks a picture as unreadable if the picture itself is at fault', () => {
    const project = four()
    const job = addJob(project, spec())
    storePictureFault(project, job, 1, { code: 'not-found', message: 'gone' })
    storePictureFault(project, job, 2, { code: 'out-of-memory', message: 'x' })
    expect([1, 2].map((id) => detail(project, id).fault?.code)).toEqual(['not-found', undefined])
  })

  it('is taken back by undo, placeholders and all, and brought back by redo', () => {
    const project = four()
    const job = addJob(project, spec())
    storeResults(project, { job, spec: spec() }, [result(2, 'written'), result(3, 'filled')])
    const texts = () => [2, 3].map((sample) => detail(project, sample).captions.map(({ text }) => text))
    undo(project)
    expect(texts()).toEqual([['three'], ['']])
    redo(project)
    expect(texts()).toEqual([['three', 'written'], ['filled']])
  })

  it('starts a new entry of the history for results that come after an undo', () => {
    const project = four()
    const job = addJob(project, spec())
    storeResults(project, { job, spec: spec() }, [result(1, 'first')])
    undo(project)
    storeResults(project, { job, spec: spec() }, [result(2, 'second')])
    expect(history(project).map(({ state, count }) => [state, count])).toEqual([
      ['done', 1],
      ['discarded', 1],
    ])
    expect(detail(project, 1).captions).toHaveLength(2)
  })

  it('lists scores alone in the history, where they cannot be undone and discard nothing', () => {
    const project = four()
    edit(project, { captionId: 1, text: 'edited' })
    undo(project)
    const scoring = spec({ captioner: null })
    const scores = [
      { captionId: 1, itm: 0.5, itc: 0.1 },
      { captionId: 2, itm: 0.4, itc: 0.2 },
    ]
    storeResults(project, { job: addJob(project, scoring), spec: scoring }, [{ sampleId: 1, written: null, scores }])
    expect(history(project).map(({ kind, count, undoable }) => [kind, count, undoable])).toEqual([
      ['score', 2, false],
      ['edit', 1, true],
    ])
    expect(redo(project).operation?.kind).toBe('edit')
  })

  it('does not write the same synthetic caption twice for a picture', () => {
    const project = four()
    for (let round = 0; round < 2; round++)
      storeResults(project, { job: addJob(project, spec()), spec: spec() }, [result(2, 'again')])
    expect(detail(project, 2).captions.map(({ text }) => text)).toEqual(['three', 'again'])
  })
})
