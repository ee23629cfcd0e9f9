import { describe, expect, it } from 'vitest'
import type { Pair } from '../../../core/contract/index.ts'
import { best, type ArmResult } from '../../../core/cli/demo/arms.ts'
import { calibrate, captionAccuracy, filterQuality, type Truth } from '../../../core/cli/demo/measure.ts'

const pair = (text: string, itm: number, itc: number): Pair => ({ text, itm, itc, path: text }) as Pair

describe('the demo measures', () => {
  it('a threshold from trusted pairs alone, by the score that rejects more', () => {
    const trusted = Array.from({ length: 10 }, (_, i) => pair('t', 0.5 + i / 100, 0.8 + i / 100))
    const web = [pair('a', 0.9, 0.1), pair('b', 0.9, 0.2), pair('c', 0.9, 0.9)]
    expect(calibrate(trusted, web)).toEqual({ metric: 'itc', thresholds: { web: 0.81, synthetic: 0.81 } })
  })

  it('precision and recall against the truth, leaving unscored captions out', () => {
    const truth: Truth = { of: ({ path }) => ({ kind: path === 'good' ? 'ok' : 'wrong' }) as never }
    const web = [
      pair('good', 0.9, 0),
      pair('good', 0.2, 0),
      pair('bad', 0.8, 0),
      pair('bad', 0.1, 0),
      { ...pair('bad', 0, 0), itm: null },
    ]
    expect(filterQuality(web, truth, 'itm', 0.5)).toMatchObject({
      precision: 0.5,
      recall: 0.5,
      auc: 0.75,
      kept: 2,
      of: 4,
    })
  })

  it('each attribute of captions, of those whose picture has it', () => {
    const things = [{ noun: 'cat', count: 2 }]
    const truth: Truth = { of: () => ({ kind: 'ok', things, colour: 'red', size: null, relation: null }) as never }
    const found = captionAccuracy(
      [
        pair('a picture of two cats on a red background', 0, 0),
        pair('a picture of two dogs on a red background', 0, 0),
        pair('', 0, 0),
      ],
      truth,
    )
    expect(found).toMatchObject({ captions: 2, nouns: 0.5, colour: 1, count: 1, all: 0.5 })
  })

  it('the best arm by R@1 both ways', () => {
    const arm = (name: string, i2tR1: number, t2iR1: number) => ({ arm: name, i2tR1, t2iR1 }) as ArmResult
    expect(best([arm('a', 0.3, 0.3), arm('b', 0.2, 0.5), arm('c', 0.4, 0.1)]).arm).toBe('b')
  })
})
