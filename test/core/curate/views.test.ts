import { describe, expect, it } from 'vitest'
import {
  counts,
  decide,
  detail,
  edit,
  facets,
  locate,
  next,
  openView,
  page,
  storeScores,
  undo,
} from '../../../core/curate/index.ts'
import type { Sort } from '../../../core/contract/index.ts'
import { insertCaption } from '../../../core/store/captions.ts'
import { insertSample, setSampleFault } from '../../../core/store/samples.ts'
import type { Project } from '../../../core/store/project.ts'
import { addPairs, inOrder, queryFor, seeded, temporaryProject } from '../../support/data.ts'

const tiny = { hash: 'aaaa1111', name: 'tiny filter' }
const other = { hash: 'bbbb2222', name: 'other' }

function textsOf(project: Project, query: string, sort: Sort = inOrder): string[] {
  const { view, count } = openView(project, queryFor(query, sort))
  return page(project, { view, from: 0, to: count }).map(({ text }) => text)
}

function animals(): { project: Project; ids: number[] } {
  const project = temporaryProject()
  const ids = addPairs(project, [
    ['a red dog', 'a dog that is not blue'],
    ['two Cats on a t-shirt'],
    [],
    ['日本の犬'],
    ['Déjà vu'],
  ]).flat()
  return { project, ids }
}

describe('a view', () => {
  it('finds captions by words, phrases, beginnings and what is not in them', () => {
    const { project } = animals()
    expect(textsOf(project, 'dog')).toEqual(['a red dog', 'a dog that is not blue'])
    expect(textsOf(project, '"red dog"')).toEqual(['a red dog'])
    expect(textsOf(project, '"dog red"')).toEqual([])
    expect(textsOf(project, 'dog -red')).toEqual(['a dog that is not blue'])
    expect(textsOf(project, 'do')).toEqual([])
    expect(textsOf(project, 'ca*')).toEqual(['two Cats on a t-shirt'])
    expect(textsOf(project, 'CATS t-shirt')).toEqual(['two Cats on a t-shirt'])
    expect(textsOf(project, 'deja')).toEqual(['Déjà vu'])
    expect(textsOf(project, 'red OR cats')).toEqual(['a red dog', 'two Cats on a t-shirt'])
  })

  it('finds parts of text in scripts without spaces, and takes signs literally', () => {
    const { project } = animals()
    addPairs(project, [['100% wool_ball']])
    expect(textsOf(project, '犬')).toEqual(['日本の犬'])
    expect(textsOf(project, '%')).toEqual(['100% wool_ball'])
    expect(textsOf(project, 'path:%')).toEqual([])
    expect(textsOf(project, '"it\'s" OR \'; DROP')).toEqual([])
  })

  it('finds pairs by source, decision, decider, size, length and flags', () => {
    const { project, ids } = animals()
    decide(project, { target: { kind: 'pairs', captionIds: [ids[0]!] }, decision: 'accepted' })
    setSampleFault(project.db, 2, { code: 'picture-damaged', message: 'x' })
    expect(textsOf(project, 'is:accepted')).toEqual(['a red dog'])
    expect(textsOf(project, 'by:human')).toEqual(['a red dog'])
    expect(textsOf(project, 'decision:undecided dog')).toEqual(['a dog that is not blue'])
    expect(textsOf(project, 'is:missing')).toEqual([''])
    expect(textsOf(project, 'is:unreadable')).toEqual(['two Cats on a t-shirt'])
    expect(textsOf(project, 'words>5')).toEqual(['a dog that is not blue'])
    expect(textsOf(project, 'chars<5')).toEqual(['', '日本の犬'])
    expect(textsOf(project, 'width>=640 id:1')).toHaveLength(2)
    expect(textsOf(project, 'height>480')).toEqual([])
    expect(textsOf(project, 'source:human')).toEqual([])
    expect(textsOf(project, '-source:human')).toHaveLength(6)
  })

  it('compares the newest score, or that of a named model, and NOT includes what has no score', () => {
    const { project, ids } = animals()
    storeScores(project, tiny, [
      { captionId: ids[0]!, metric: 'itm', value: 0.9 },
      { captionId: ids[1]!, metric: 'itm', value: 0.2 },
    ])
    storeScores(project, other, [{ captionId: ids[0]!, metric: 'itm', value: 0.1 }])
    expect(textsOf(project, 'itm>0.5')).toEqual([])
    expect(textsOf(project, 'itm@"tiny filter">0.5')).toEqual(['a red dog'])
    expect(textsOf(project, 'itm@aaaa>=0.2')).toHaveLength(2)
    expect(textsOf(project, '-itm>0.15')).toHaveLength(5)
    expect(() => textsOf(project, 'itm@nobody>0')).toThrow(
      expect.objectContaining({ code: 'query-invalid', hint: expect.stringContaining('tiny filter') }),
    )
  })

  it('sorts by every key, pairs without score last both ways', () => {
    const { project, ids } = animals()
    storeScores(project, tiny, [
      { captionId: ids[1]!, metric: 'itm', value: 0.9 },
      { captionId: ids[2]!, metric: 'itm', value: 0.2 },
    ])
    storeScores(project, other, [{ captionId: ids[2]!, metric: 'itm', value: 0.95 }])
    const order = (sort: Sort) => {
      const { view, count } = openView(project, queryFor('', sort))
      return page(project, { view, from: 0, to: count }).map(({ captionId, sortScore }) => [
        ids.indexOf(captionId),
        sortScore,
      ])
    }
    const rest = [0, 3, 4, 5].map((index) => [index, null])
    expect(order({ by: 'itm', direction: 'descending' })).toEqual([[2, 0.95], [1, 0.9], ...rest])
    expect(order({ by: 'itm', direction: 'ascending' })).toEqual([[1, 0.9], [2, 0.95], ...rest])
    expect(order({ by: 'itm', direction: 'ascending', scorer: tiny.hash })).toEqual([[2, 0.2], [1, 0.9], ...rest])
    expect(order({ by: 'length', direction: 'ascending' }).map(([index]) => index)).toEqual([3, 4, 5, 0, 2, 1])
    expect(order({ by: 'order', direction: 'descending' }).map(([index]) => index)).toEqual([5, 4, 3, 2, 1, 0])
  })

  it('shuffles the same way every time, and a filter keeps the order of what remains', () => {
    const project = temporaryProject()
    addPairs(
      project,
      Array.from({ length: 200 }, (_, index) => [`${index % 2 ? 'odd' : 'even'} ${index}`]),
    )
    const random: Sort = { by: 'random', direction: 'ascending' }
    const all = textsOf(project, '', random)
    expect(all).not.toEqual(textsOf(project, ''))
    expect(new Set(all).size).toBe(200)
    expect(textsOf(project, 'odd', random)).toEqual(all.filter((text) => text.startsWith('odd')))
  })

  it('agrees with a plain filter on random queries', () => {
    const project = temporaryProject()
    const random = seeded(7)
    const words = ['red', 'blue', 'dog', 'cat', 'tree']
    const captions = Array.from({ length: 300 }, () => words.filter(() => random() < 0.4).join(' '))
    addPairs(
      project,
      captions.map((text) => (text === '' ? [] : [text])),
    )
    const make = (depth: number): [string, (text: string) => boolean] => {
      if (depth === 0 || random() < 0.3) {
        const word = words[Math.floor(random() * words.length)]!
        return [word, (text) => text.split(' ').includes(word)]
      }
      const [left, isLeft] = make(depth - 1)
      const [right, isRight] = make(depth - 1)
      if (random() < 0.3) return [`-(${left})`, (text) => !isLeft(text)]
      return random() < 0.5
        ? [`(${left} OR ${right})`, (text) => isLeft(text) || isRight(text)]
        : [`(${left} ${right})`, (text) => isLeft(text) && isRight(text)]
    }
    for (let round = 0; round < 40; round++) {
      const [query, holds] = make(3)
      expect([query, ...textsOf(project, query)]).toEqual([query, ...captions.filter(holds)])
    }
  })

  it('keeps positions while decisions change, and shows an edit in the place of what it superseded', () => {
    const { project, ids } = animals()
    const { view, count, pictures } = openView(project, queryFor('decision:undecided'))
    expect([count, pictures]).toEqual([6, 5])
    decide(project, { target: { kind: 'pairs', captionIds: [ids[0]!] }, decision: 'rejected' })
    const { captionId } = edit(project, { captionId: ids[1]!, text: 'a green dog' })
    const rows = page(project, { view, from: 0, to: 2 })
    expect(rows.map(({ text, decision }) => [text, decision])).toEqual([
      ['a red dog', 'rejected'],
      ['a green dog', 'accepted'],
    ])
    expect(locate(project, { view, captionId })).toBe(1)
    undo(project)
    expect(page(project, { view, from: 1, to: 2 })[0]!.text).toBe('a dog that is not blue')
    expect(locate(project, { view, captionId: 999 })).toBeNull()
  })

  it('steps to the next pair with a decision, wrapping once, both ways', () => {
    const { project, ids } = animals()
    const { view } = openView(project, queryFor(''))
    decide(project, { target: { kind: 'range', view, from: 1, to: 3 }, decision: 'accepted' })
    expect(next(project, { view, from: 0 })).toBe(3)
    expect(next(project, { view, from: 5 })).toBe(0)
    expect(next(project, { view, from: 3, backward: true })).toBe(0)
    expect(next(project, { view, from: 0, backward: true })).toBe(5)
    expect(next(project, { view, from: 2, decision: 'accepted' })).toBe(1)
    expect(next(project, { view, from: 0, decision: 'rejected' })).toBeNull()
    decide(project, { target: { kind: 'pairs', captionIds: ids }, decision: 'accepted' })
    decide(project, { target: { kind: 'pairs', captionIds: [ids[4]!] }, decision: 'undecided' })
    expect(next(project, { view, from: 4 })).toBe(4)
  })

  it('counts decisions and sources as they are now', () => {
    const { project } = animals()
    const { view } = openView(project, queryFor('dog'))
    decide(project, { target: { kind: 'range', view, from: 0, to: 1 }, decision: 'accepted' })
    edit(project, { captionId: 2, text: 'new' })
    expect(counts(project, view)).toEqual({
      decision: { undecided: 0, accepted: 2, rejected: 0 },
      source: { web: 1, synthetic: 0, human: 1 },
    })
  })

  it('expires when eight newer ones are open', () => {
    const { project } = animals()
    const first = openView(project, queryFor(''))
    for (let more = 0; more < 7; more++) openView(project, queryFor(''))
    expect(page(project, { view: first.view, from: 0, to: 1 })).toHaveLength(1)
    for (let more = 0; more < 8; more++) openView(project, queryFor(''))
    expect(() => page(project, { view: first.view, from: 0, to: 1 })).toThrow(
      expect.objectContaining({ code: 'view-expired' }),
    )
  })

  it('gives at most 500 pairs a page and nothing beyond the end', () => {
    const project = temporaryProject()
    addPairs(
      project,
      Array.from({ length: 600 }, (_, index) => [`${index}`]),
    )
    const { view } = openView(project, queryFor(''))
    expect(page(project, { view, from: 0, to: 10_000 })).toHaveLength(500)
    expect(
      page(project, { view, from: 590, to: 700 })
        .map(({ text }) => text)
        .at(-1),
    ).toBe('599')
    expect(page(project, { view, from: 900, to: 901 })).toEqual([])
    expect(page(project, { view, from: -5, to: -1 })).toEqual([])
  })
})

describe('facets and detail', () => {
  it('count what is live', () => {
    const { project, ids } = animals()
    storeScores(project, tiny, [{ captionId: ids[0]!, metric: 'itm', value: 0.9 }])
    edit(project, { captionId: ids[0]!, text: 'new' })
    const facts = { bytes: 1, modified: 1, width: 1, height: 1, format: 'jpeg', hash: 'f'.repeat(64), fault: null }
    insertSample(project.db, '/a', facts)
    const copy = insertSample(project.db, '/b', facts)
    insertCaption(project.db, { sample: copy, text: '', source: 'human', at: 1 })
    expect(facets(project)).toEqual({
      scorers: [{ scorer: tiny.hash, name: tiny.name, metric: 'itm', count: 1 }],
      sources: { web: 4, synthetic: 0, human: 1 },
      decisions: { undecided: 6, accepted: 1, rejected: 0 },
      missing: 2,
      unreadable: 0,
      duplicates: 1,
    })
    expect(textsOf(project, 'is:duplicate')).toEqual([''])
  })

  it('show a picture with its captions, superseded ones marked', () => {
    const { project, ids } = animals()
    const { captionId } = edit(project, { captionId: ids[0]!, text: 'new' })
    const { captions } = detail(project, 1)
    expect(captions.map(({ text, supersededBy, source }) => [text, supersededBy, source])).toEqual([
      ['a red dog', captionId, 'web'],
      ['a dog that is not blue', null, 'web'],
      ['new', null, 'human'],
    ])
    expect(() => detail(project, 99)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })
})
