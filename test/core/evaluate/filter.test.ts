import { expect, test } from 'vitest'
import { areaUnderCurve, filterMetrics, thresholdKeeping } from '../../../core/evaluate/filter.ts'

test('precision, recall and the number kept at a threshold', () => {
  const metrics = filterMetrics([0.9, 0.8, 0.7, 0.1], [true, false, true, true], 0.7)
  expect(metrics).toMatchObject({ kept: 3, precision: 2 / 3, recall: 2 / 3 })
})

test('area under the curve equals the share of rightly ordered pairs, ties half', () => {
  const scores = [0.9, 0.4, 0.4, 0.2, 0.6]
  const good = [true, true, false, false, false]
  let sum = 0
  for (const i of [0, 1])
    for (const j of [2, 3, 4]) sum += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0
  expect(areaUnderCurve(scores, good)).toBeCloseTo(sum / 6)
  expect(areaUnderCurve([1, 2], [true, true])).toBe(0.5)
})

test('a threshold keeps the stated share', () => {
  expect(thresholdKeeping([5, 1, 4, 2], 0.5)).toBe(4)
  expect(thresholdKeeping([], 0.5)).toBe(0)
})
