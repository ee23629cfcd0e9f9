import { describe, expect, it } from 'vitest'
import {
  add,
  capfiltApply,
  decide,
  edit,
  history,
  locate,
  openView,
  page,
  redo,
  storeResults,
  storeScores,
  swap,
  undo,
} from '../../../core/curate/index.ts'
import type { Decision, SpecOf } from '../../../core/contract/index.ts'
import { number } from '../../../core/store/database.ts'
import { openProject, type Project } from '../../../core/store/project.ts'
import {
  addJob,
  addPairs,
  importFrom,
  picture,
  queryFor,
  scratch,
  seeded,
  temporaryProject,
  writeFiles,
} from '../../support/data.ts'

const scorer = { hash: 'feed', name: 'filter' }
const decisions: Decision[] = ['undecided', 'accepted', 'rejected']

/** Everything a person sees of the captions. */
function visible(project: Project): unknown[] {
  return project.db
    .prepare(
      'SELECT id, sample_id, text, source, decision, decided_by, decided_at, reason FROM caption WHERE superseded_by IS NULL ORDER BY sample_id, id',
    )
    .raw()
    .all()
}

function capfiltSpec(): SpecOf<'capfilt'> {
  return {
    kind: 'capfilt',
    query: queryFor(''),
    captioner: 'c0ffee',
    filter: scorer.hash,
    decoding: { kind: 'greedy' },
    prompt: '',
    minLength: 1,
    maxLength: 9,
    onlyMissing: false,
    batchSize: 8,
  }
}

/** One random action on a project with 12 pictures. */
function act(project: Project, random: () => number): void {
  const any = (size: number) => Math.floor(random() * size)
  const live = visible(project).map((row) => (row as [number, number])[0])
  const caption = () => live[any(live.length)]!
  const decision = decisions[any(3)]!
  const actions: (() => unknown)[] = [
    () =>
      decide(project, {
        target: { kind: 'pairs', captionIds: [caption(), caption()] },
        decision,
        reason: random() < 0.5 ? 'blurred' : undefined,
      }),
    () =>
      decide(project, {
        target: { kind: 'view', view: openView(project, queryFor(random() < 0.5 ? 'dog' : '-is:missing')).view },
        decision,
      }),
    () => edit(project, { captionId: caption(), text: `edited ${any(1000)}` }),
    () => add(project, { sampleId: 1 + any(12), text: `added ${any(1000)}` }),
    () => swap(project, { captionId: caption() }),
    () =>
      storeScores(
        project,
        scorer,
        live.map((captionId) => ({ captionId, metric: 'itm', value: random() })),
      ),
    () =>
      capfiltApply(project, { scorer: scorer.hash, metric: 'itm', thresholds: { web: random(), synthetic: random() } }),
    () => writeOne(project, random),
  ]
  actions[any(actions.length)]!()
}

function writeOne(project: Project, random: () => number): void {
  const spec = capfiltSpec()
  const sampleId = 1 + Math.floor(random() * 12)
  storeResults(project, { job: addJob(project, spec), spec }, [
    { sampleId, written: { text: `written ${random()}`, itm: random(), itc: 0 }, scores: [] },
  ])
}

describe('undo and redo', () => {
  it.each([1, 2, 3, 4, 5, 6])('bring back every state of a random history, across restarts (seed %i)', (seed) => {
    const random = seeded(seed * 7919)
    let project = temporaryProject()
    addPairs(
      project,
      Array.from({ length: 12 }, (_, index) =>
        index % 3 === 0 ? [] : index % 3 === 1 ? ['a dog'] : ['a cat', 'a dog too'],
      ),
    )
    storeScores(project, scorer, [{ captionId: 2, metric: 'itm', value: 0.5 }])
    const states = [visible(project)]
    for (let step = 0; step < 25; step++) {
      const before = history(project, { limit: 1 })[0]?.id
      act(project, random)
      if (history(project, { limit: 1 })[0]?.id !== before) states.push(visible(project))
    }
    const reopen = () => {
      project.close()
      project = openProject(project.folder)
    }
    for (let index = states.length - 2; index >= 0; index--) {
      if (random() < 0.2) reopen()
      expect(undo(project).operation).not.toBeNull()
      expect(visible(project), `undone to ${index}`).toEqual(states[index])
    }
    expect(undo(project)).toEqual({ operation: null, changed: 0 })
    for (let index = 1; index < states.length; index++) {
      if (random() < 0.2) reopen()
      redo(project)
      expect(visible(project), `redone to ${index}`).toEqual(states[index])
    }
    expect(redo(project)).toEqual({ operation: null, changed: 0 })
    project.close()
  })

  it('hold while a job goes on writing between the actions of a person', () => {
    const project = temporaryProject()
    addPairs(project, [['one'], [], []])
    const start = visible(project)
    const spec = capfiltSpec()
    const job = addJob(project, spec)
    const write = (sampleId: number) =>
      storeResults(project, { job, spec }, [
        { sampleId, written: { text: `written ${sampleId}`, itm: 0.5, itc: 0 }, scores: [] },
      ])
    write(1)
    edit(project, { captionId: 3, text: 'by hand' })
    write(3)
    edit(project, { captionId: 2, text: 'by hand too' })
    write(2)
    const end = visible(project)
    undo(project)
    undo(project)
    expect(visible(project).map((row) => (row as unknown[])[2])).toEqual(['one', 'written 1', 'written 2', 'written 3'])
    while (undo(project).operation) continue
    expect(visible(project)).toEqual(start)
    while (redo(project).operation) continue
    expect(visible(project)).toEqual(end)
  })

  it('is a line: a new action discards what was undone', () => {
    const project = temporaryProject()
    const [[first], [second]] = addPairs(project, [['one'], ['two']]) as [[number], [number]]
    decide(project, { target: { kind: 'pairs', captionIds: [first] }, decision: 'accepted' })
    undo(project)
    decide(project, { target: { kind: 'pairs', captionIds: [second] }, decision: 'rejected' })
    expect(redo(project).operation).toBeNull()
    expect(history(project).map(({ state }) => state)).toEqual(['done', 'discarded'])
  })

  it('tells where a single action was, so that a window can go there', () => {
    const project = temporaryProject()
    addPairs(project, [['one', 'two'], ['three']])
    const { view } = openView(project, queryFor(''))
    decide(project, { target: { kind: 'pairs', captionIds: [3] }, decision: 'accepted' })
    edit(project, { captionId: 2, text: 'new' })
    const places = [undo(project), undo(project)].map(({ operation }) =>
      locate(project, { view, captionId: operation!.details.captionId as number }),
    )
    expect(places).toEqual([1, 2])
  })

  it('logs nothing when nothing changes', () => {
    const project = temporaryProject()
    const ids = addPairs(project, [['one']]).flat()
    const input = { target: { kind: 'pairs' as const, captionIds: ids }, decision: 'accepted' as const }
    expect(decide(project, input).changed).toBe(1)
    expect(decide(project, input)).toEqual({ operation: null, changed: 0 })
    expect(edit(project, { captionId: ids[0]!, text: ' one ' })).toEqual({
      operation: null,
      changed: 0,
      captionId: ids[0],
    })
    expect(history(project)).toHaveLength(1)
  })

  it('passes over an import, which stays in the history', async () => {
    const folder = scratch()
    writeFiles(folder, { 'a.jpg': await picture(), 'a.txt': 'a picture' })
    const project = temporaryProject()
    await importFrom(project, { path: folder })
    decide(project, { target: { kind: 'pairs', captionIds: [1] }, decision: 'accepted' })
    expect(undo(project).operation?.kind).toBe('decide')
    expect(undo(project).operation).toBeNull()
    expect(history(project).map(({ kind, undoable, count }) => [kind, undoable, count])).toEqual([
      ['decide', true, 1],
      ['import', false, 1],
    ])
  })

  it('keeps a bulk action small: a before-image of about a byte a caption', () => {
    const project = temporaryProject()
    addPairs(
      project,
      Array.from({ length: 20_000 }, (_, index) => [`${index}`]),
    )
    const { view } = openView(project, queryFor(''))
    const { operation, changed } = decide(project, {
      target: { kind: 'view', view },
      decision: 'rejected',
      reason: 'too many',
    })
    expect(changed).toBe(20_000)
    expect(operation).toMatchObject({
      kind: 'decide',
      count: 20_000,
      details: { decision: 'rejected', query: '', reason: 'too many' },
    })
    expect(number(project.db, 'SELECT length(before) FROM operation')).toBeLessThan(21_000)
    undo(project)
    expect(page(project, { view, from: 19_999, to: 20_000 })[0]!.decision).toBe('undecided')
  })

  it('acts on exactly the pairs a view was opened with', () => {
    const project = temporaryProject()
    addPairs(project, [['dog one'], ['dog two'], ['cat']])
    const { view } = openView(project, queryFor('dog'))
    addPairs(project, [['dog three']])
    expect(decide(project, { target: { kind: 'view', view }, decision: 'accepted' }).changed).toBe(2)
    expect(decide(project, { target: { kind: 'range', view, from: 1, to: 5 }, decision: 'rejected' }).changed).toBe(1)
  })
})

describe('a full disk', () => {
  it('refuses an action with a clear fault and changes nothing', () => {
    const project = temporaryProject()
    addPairs(
      project,
      Array.from({ length: 5000 }, (_, index) => [`${index}`]),
    )
    const before = visible(project)
    project.db.pragma(`max_page_count = ${project.db.pragma('page_count', { simple: true }) as number}`)
    const { view } = openView(project, queryFor(''))
    const reason = 'long '.repeat(200)
    const input = { target: { kind: 'view' as const, view }, decision: 'accepted' as const, reason }
    expect(() => decide(project, input)).toThrow(expect.objectContaining({ code: 'disk-full' }))
    expect(visible(project)).toEqual(before)
    expect(history(project)).toEqual([])
    expect(openView(project, queryFor('is:accepted')).count).toBe(0)
  })
})

describe('editing', () => {
  it('refuses empty text, and captions and pictures that are not there', () => {
    const project = temporaryProject()
    addPairs(project, [['one']])
    expect(() => edit(project, { captionId: 1, text: ' \n ' })).toThrow(
      expect.objectContaining({ code: 'caption-empty' }),
    )
    expect(() => edit(project, { captionId: 9, text: 'x' })).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(() => add(project, { sampleId: 9, text: 'x' })).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(history(project)).toEqual([])
  })

  it('fills a missing caption, which comes back as missing when undone', () => {
    const project = temporaryProject()
    addPairs(project, [[]])
    add(project, { sampleId: 1, text: 'now there' })
    const texts = () => visible(project).map((row) => (row as unknown[])[2])
    expect(texts()).toEqual(['now there'])
    undo(project)
    expect(texts()).toEqual([''])
    edit(project, { captionId: 1, text: 'edited' })
    expect(texts()).toEqual(['edited'])
  })

  it('follows an edit of an edit from the first caption', () => {
    const project = temporaryProject()
    addPairs(project, [['one']])
    edit(project, { captionId: 1, text: 'two' })
    const { captionId } = edit(project, { captionId: 1, text: 'three' })
    expect(visible(project)).toMatchObject([[captionId, 1, 'three', 2, 1, 0, expect.any(Number), null]])
    expect(decide(project, { target: { kind: 'pairs', captionIds: [1] }, decision: 'rejected' }).changed).toBe(1)
  })

  it('accepts one caption of a picture and rejects its others', () => {
    const project = temporaryProject()
    const [[first, second, third]] = addPairs(project, [['one', 'two', 'three']]) as [[number, number, number]]
    expect(swap(project, { captionId: second }).changed).toBe(3)
    const { view } = openView(project, queryFor(''))
    const found = page(project, { view, from: 0, to: 3 }).map(({ captionId, decision }) => [captionId, decision])
    expect(found).toEqual([
      [first, 'rejected'],
      [second, 'accepted'],
      [third, 'rejected'],
    ])
  })
})
