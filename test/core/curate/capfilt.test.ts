import { describe, expect, it } from 'vitest'
import {
  capfiltApply,
  capfiltCounts,
  capfiltNear,
  decide,
  edit,
  openView,
  page,
  scorers,
  storeScores,
  undo,
} from '../../../core/curate/index.ts'
import { insertCaption } from '../../../core/store/captions.ts'
import type { Project } from '../../../core/store/project.ts'
import { addPairs, queryFor, seeded, temporaryProject } from '../../support/data.ts'

const scorer = { hash: 'f117e4', name: 'filter' }
const choice = { scorer: scorer.hash, metric: 'itm' as const }

/** Pictures with one web and, for all but every third, one synthetic caption, scored at random or as given. */
function scored(
  project: Project,
  size: number,
  valueOf: (index: number) => number,
): { web: number; synthetic: number | null; values: [number, number | null] }[] {
  const rows = addPairs(
    project,
    Array.from({ length: size }, (_, index) => [`web ${index}`]),
  ).map(([web], index) => {
    const sample = index + 1
    const synthetic =
      index % 3 === 0 ? null : insertCaption(project.db, { sample, text: `made ${index}`, source: 'synthetic', at: 1 })
    return {
      web: web!,
      synthetic,
      values: [valueOf(index * 2), synthetic === null ? null : valueOf(index * 2 + 1)] as [number, number | null],
    }
  })
  storeScores(
    project,
    scorer,
    rows.flatMap(({ web, synthetic, values }) => [
      { captionId: web, metric: 'itm' as const, value: values[0] },
      ...(synthetic === null ? [] : [{ captionId: synthetic, metric: 'itm' as const, value: values[1]! }]),
    ]),
  )
  return rows
}

describe('counts for the CapFilt view', () => {
  it('cut exactly at every threshold that is a multiple of 0.001', () => {
    const project = temporaryProject()
    const rows = scored(project, 500, (index) => (index % 1000) / 1000)
    const { web } = capfiltCounts(project, choice)
    for (const cut of [0, 1, 57, 290, 500, 570, 999]) {
      const kept = web.slice(cut).reduce((sum, count) => sum + count, 0)
      expect(kept, `${cut}`).toBe(rows.filter(({ values }) => values[0] >= cut / 1000).length)
    }
  })

  it('tell how many pictures keep a caption, as a plain count does', () => {
    const project = temporaryProject()
    const random = seeded(3)
    const rows = scored(project, 200, () => random() * 1.2 - 0.1)
    const { web, synthetic, joint } = capfiltCounts(project, choice)
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
    expect([sum(web), sum(synthetic)]).toEqual([200, 133])
    expect(joint.reduce((total, [, , count]) => total + count, 0)).toBe(200)
    const kept = joint
      .filter(([webBin, syntheticBin]) => webBin >= 700 || syntheticBin >= 400)
      .reduce((total, [, , count]) => total + count, 0)
    expect(kept).toBe(rows.filter(({ values: [own, made] }) => own >= 0.7 || (made !== null && made >= 0.4)).length)
    expect(
      joint.filter(([, syntheticBin]) => syntheticBin === -1).reduce((total, [, , count]) => total + count, 0),
    ).toBe(67)
  })

  it('take the best caption of a picture and leave superseded ones out', () => {
    const project = temporaryProject()
    const [[low, high]] = addPairs(project, [['low', 'high']]) as [[number, number]]
    storeScores(project, scorer, [
      { captionId: low, metric: 'itm', value: 0.2 },
      { captionId: high, metric: 'itm', value: 0.8 },
    ])
    expect(capfiltCounts(project, choice).joint).toEqual([[800, -1, 1]])
    edit(project, { captionId: high, text: 'new' })
    expect(capfiltCounts(project, choice).joint).toEqual([[200, -1, 1]])
  })

  it('count what a person judged', () => {
    const project = temporaryProject()
    const rows = scored(project, 4, (index) => index / 10)
    decide(project, {
      target: { kind: 'pairs', captionIds: [rows[1]!.web, rows[1]!.synthetic!] },
      decision: 'accepted',
    })
    expect(capfiltCounts(project, choice).judged).toEqual([
      ['web', 200, 'accepted', 1],
      ['synthetic', 300, 'accepted', 1],
    ])
  })

  it('are empty for a model that scored nothing', () => {
    const { web, joint } = capfiltCounts(temporaryProject(), choice)
    expect([web.length, Math.max(...web), joint]).toEqual([1000, 0, []])
  })
})

describe('thresholds', () => {
  it('accept and reject by source in one step that undo takes back, and leave a person’s decisions alone', () => {
    const project = temporaryProject()
    const rows = scored(project, 30, (index) => index / 60)
    decide(project, { target: { kind: 'pairs', captionIds: [rows[29]!.web] }, decision: 'rejected' })
    const applied = capfiltApply(project, { ...choice, thresholds: { web: 0.5, synthetic: 0.25 } })
    const { view, count } = openView(project, queryFor('by:threshold'))
    const decided = new Map(
      page(project, { view, from: 0, to: count }).map(({ captionId, decision }) => [captionId, decision]),
    )
    const wanted = new Map<number, string>()
    for (const { web, synthetic, values } of rows) {
      wanted.set(web, values[0] >= 0.5 ? 'accepted' : 'rejected')
      if (synthetic) wanted.set(synthetic, values[1]! >= 0.25 ? 'accepted' : 'rejected')
    }
    wanted.delete(rows[29]!.web)
    expect(decided).toEqual(wanted)
    expect([applied.accepted + applied.rejected, applied.changed]).toEqual([count, count])
    expect(applied.operation).toMatchObject({
      kind: 'threshold',
      details: { scorerName: 'filter', web: 0.5, synthetic: 0.25 },
    })
    undo(project)
    expect(openView(project, queryFor('by:threshold')).count).toBe(0)
    expect(openView(project, queryFor('by:human')).count).toBe(1)
  })

  it('are refused for a model that scored nothing', () => {
    const project = temporaryProject()
    expect(() => capfiltApply(project, { ...choice, thresholds: { web: 0.5, synthetic: 0.5 } })).toThrow(
      expect.objectContaining({ code: 'scorer-unknown' }),
    )
  })

  it('show the pictures nearest to the cut first', () => {
    const project = temporaryProject()
    const random = seeded(5)
    const rows = scored(project, 100, () => random())
    const thresholds = { web: 0.6, synthetic: 0.3 }
    const distance = ({ values: [own, made] }: (typeof rows)[number]) =>
      Math.min(Math.abs(own - 0.6), made === null ? Infinity : Math.abs(made - 0.3))
    const wanted = rows
      .map((row, index) => [index + 1, distance(row)] as const)
      .sort((a, b) => a[1] - b[1])
      .slice(0, 10)
    const near = capfiltNear(project, { ...choice, thresholds, limit: 10 })
    expect(near.map(({ sampleId }) => sampleId)).toEqual(wanted.map(([sample]) => sample))
    const row = rows[near[0]!.sampleId - 1]!
    expect([near[0]!.webScore, near[0]!.syntheticScore]).toEqual(row.values)
    expect(near[0]!.web?.text).toBe(`web ${near[0]!.sampleId - 1}`)
  })

  it('are chosen among the models that scored', () => {
    const project = temporaryProject()
    scored(project, 3, () => 0.5)
    storeScores(project, { hash: 'aa', name: 'loss only' }, [{ captionId: 1, metric: 'loss', value: 2 }])
    expect(scorers(project)).toEqual([{ scorer: scorer.hash, name: 'filter', metric: 'itm', count: 5 }])
  })
})
