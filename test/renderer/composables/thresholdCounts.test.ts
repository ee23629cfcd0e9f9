import { describe, expect, it } from 'vitest'
import { countCut, judgeCut } from '../../../renderer/composables/thresholdCounts.ts'
import type { CapfiltCounts } from '../../../core/contract/index.ts'

const bins = (filled: Record<number, number>) => Array.from({ length: 1000 }, (_, bin) => filled[bin] ?? 0)
const counts: CapfiltCounts = {
  web: bins({ 100: 4, 500: 2, 900: 1 }),
  synthetic: bins({ 499: 3, 700: 5 }),
  joint: [
    [100, 700, 4],
    [500, 499, 2],
    [900, -1, 1],
    [-1, 499, 1],
    [-1, 700, 1],
  ],
  judged: [
    ['web', 900, 'accepted', 3],
    ['web', 100, 'accepted', 1],
    ['web', 600, 'rejected', 2],
    ['synthetic', 100, 'rejected', 9],
    ['web', 900, 'undecided', 50],
  ],
}

describe('counting a cut', () => {
  it('keeps what lies exactly at the threshold', () => {
    expect(countCut(counts, { web: 0.5, synthetic: 0.5 })).toMatchObject({
      webKept: 3,
      syntheticKept: 5,
      kept: 8,
      dropped: 7,
    })
    expect(countCut(counts, { web: 0.501, synthetic: 0.499 })).toMatchObject({ webKept: 1, syntheticKept: 8 })
  })

  it('counts pictures by what is left of them', () => {
    expect(countCut(counts, { web: 0.1, synthetic: 0.7 })).toMatchObject({ both: 4, any: 8, none: 1 })
  })

  it('keeps everything at 0 and nothing at 1', () => {
    expect(countCut(counts, { web: 0, synthetic: 0 })).toMatchObject({ dropped: 0, none: 0 })
    expect(countCut(counts, { web: 1, synthetic: 1 })).toMatchObject({ kept: 0, any: 0, none: 9 })
  })

  it('counts a threshold that floating point makes slightly too small', () => {
    expect(countCut({ ...counts, web: bins({ 290: 1, 289: 1 }) }, { web: 0.29, synthetic: 1 }).webKept).toBe(1)
  })
})

describe('judging a cut by own decisions', () => {
  it('gives precision of what is kept and recall of what was accepted', () => {
    expect(judgeCut(counts, { web: 0.5, synthetic: 0.5 })).toEqual({ judged: 15, precision: 3 / 5, recall: 3 / 4 })
  })

  it('has no precision when nothing is kept', () => {
    expect(judgeCut(counts, { web: 1, synthetic: 1 })).toMatchObject({ precision: null, recall: 0 })
  })
})
