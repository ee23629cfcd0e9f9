import { expect, test } from 'vitest'
import { rateAt } from '../../../core/train/schedule.ts'

const schedule = { learningRate: 1, minimumRate: 0.1, warmupSteps: 10, steps: 111 }

test('rises in a straight line to the full rate', () => {
  expect(rateAt(0, schedule)).toBeCloseTo(0.1)
  expect(rateAt(4, schedule)).toBeCloseTo(0.5)
  expect(rateAt(9, schedule)).toBeCloseTo(1)
})

test('falls along half a cosine to the minimum at the last step', () => {
  expect(rateAt(10, schedule)).toBeCloseTo(1)
  expect(rateAt(60, schedule)).toBeCloseTo(0.55)
  expect(rateAt(110, schedule)).toBeCloseTo(0.1)
  expect(rateAt(500, schedule)).toBeCloseTo(0.1)
})

test('works without warm-up and for a single step', () => {
  expect(rateAt(0, { ...schedule, warmupSteps: 0, steps: 1 })).toBe(1)
})
