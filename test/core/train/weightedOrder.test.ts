import { expect, test } from 'vitest'
import { weightedOrder } from '../../../core/train/random.ts'
import { createSampler } from '../../../core/train/sampler.ts'

const weights = Float64Array.from([1, 1, 2, 4, 0.5, 1.5])

test('draws each index as often as its weight says, give or take one, over any seed', () => {
  for (let seed = 0; seed < 50; seed++) {
    const order = weightedOrder(weights, seed)
    expect(order).toHaveLength(6)
    weights.forEach((weight, index) => {
      const share = (weight / 10) * 6
      const count = order.filter((drawn) => drawn === index).length
      expect(count).toBeGreaterThanOrEqual(Math.floor(share))
      expect(count).toBeLessThanOrEqual(Math.ceil(share))
    })
  }
})

test('keeps to the weights on average', () => {
  const counts = new Array<number>(6).fill(0)
  for (let seed = 0; seed < 2000; seed++) for (const index of weightedOrder(weights, seed)) counts[index]!++
  counts.forEach((count, index) => expect(count / 12_000).toBeCloseTo(weights[index]! / 10, 2))
})

test('is the same for the same seed, and a sampler goes on where it stood', () => {
  expect(weightedOrder(weights, 5)).toEqual(weightedOrder(weights, 5))
  const straight = createSampler(6, 2, { seed: 1, epoch: 0, position: 0 }, weights)
  const first = [straight.next(), straight.next(), straight.next(), straight.next()]
  const resumed = createSampler(6, 2, { seed: 1, epoch: 0, position: 4 }, weights)
  expect([resumed.next(), resumed.next()]).toEqual(first.slice(2))
})
