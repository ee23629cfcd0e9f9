import { expect, test } from 'vitest'
import { seeded } from '../../../core/model/random.ts'
import { penaliseRepeats, sampleNucleus } from '../../../core/model/scores.ts'

const scores = (shares: number[]) => Float32Array.from(shares, (share) => Math.log(share) + 3)

function drawn(shares: number[], { topP = 1, topK = 0, temperature = 1 }, draws = 2000): number[] {
  const random = seeded(9)
  const counts = shares.map(() => 0)
  for (let i = 0; i < draws; i++)
    counts[sampleNucleus(scores(shares), { topP, topK, temperature }, random)]! += 1 / draws
  return counts
}

test('draws each token as often as its probability says', () => {
  drawn([0.5, 0.3, 0.2], {}).forEach((share, i) => expect(share).toBeCloseTo([0.5, 0.3, 0.2][i]!, 1))
})

test('keeps the smallest set of likeliest tokens that reaches the share', () => {
  const counts = drawn([0.1, 0.5, 0.3, 0.1], { topP: 0.75 })
  expect([counts[0], counts[3]]).toEqual([0, 0])
  expect(counts[1]).toBeCloseTo(0.625, 1)
})

test('keeps the likeliest token even if it alone passes the share', () => {
  expect(drawn([0.9, 0.1], { topP: 0.1 })).toEqual([expect.closeTo(1), 0])
})

test('keeps no more tokens than asked for, and the share counts among those', () => {
  const counts = drawn([0.4, 0.3, 0.2, 0.1], { topK: 2, topP: 0.5 })
  expect(counts.slice(1)).toEqual([0, 0, 0])
})

test('follows its temperature', () => {
  expect(drawn([0.7, 0.3], { temperature: 0.2 })[0]).toBeGreaterThan(0.97)
})

test('makes repeats less likely whatever the sign of their score', () => {
  const values = Float32Array.of(2, -2, 1)
  penaliseRepeats(values, [0, 1, 1], 2)
  expect([...values]).toEqual([1, -4, 1])
})
