import { describe, expect, test } from 'vitest'
import { bestOf, type NextTokens } from '../../../core/model/nextTokens.ts'
import { drawFrom } from '../../../core/model/nucleus.ts'
import { seeded } from '../../../core/model/random.ts'
import { forbid, logSum, sampleNucleus, type Nucleus } from '../../../core/model/scores.ts'

/** Scores of one row, `likely` of them at hand. */
function next(scores: Float32Array, likely: number): NextTokens {
  return {
    likeliest: () => bestOf(scores, likely),
    logSum: () => logSum(scores),
    all: async () => scores.slice(),
  }
}

const random = seeded(3)
/** Few likely tokens and many unlikely ones, as a trained model gives. */
const peaked = () => Float32Array.from({ length: 500 }, () => -3 * Math.log(random() + 1e-9))

/** Draws from the tokens at hand, and from all by plain sorting. */
function bothWays(scores: Float32Array, options: Nucleus & { chance: number }, forbidden: number[], likely = 40) {
  const short = drawFrom(next(scores, likely), 0, { forbidden, repetitionPenalty: 1 }, options)
  const all = scores.slice()
  forbid(all, forbidden)
  return { short: short && short.token, full: sampleNucleus(all, options, () => options.chance) }
}

describe('a draw from the likeliest tokens', () => {
  test.each([
    [{ topP: 0.5, topK: 0, temperature: 1 }],
    [{ topP: 0.9, topK: 20, temperature: 0.7 }],
    [{ topP: 1, topK: 5, temperature: 2 }],
  ])('is that from all of them: %j', (options) => {
    let decided = 0
    for (let turn = 0; turn < 200; turn++) {
      const scores = peaked()
      const forbidden = [bestOf(scores, 1)[0]!.token, 17]
      const { short, full } = bothWays(scores, { ...options, chance: random() }, forbidden)
      if (short === null) continue
      decided++
      expect(short).toBe(full)
    }
    expect(decided).toBeGreaterThan(100)
  })

  test('is refused where the nucleus may go on beyond the tokens at hand', () => {
    const flat = new Float32Array(100)
    const { short } = bothWays(flat, { topP: 0.9, topK: 0, temperature: 1, chance: 0.1 }, [], 20)
    expect(short).toBeNull()
  })

  test('is refused where forbidden tokens hold nearly all of the probability', () => {
    const scores = Float32Array.of(60, 1, 0, -1)
    const { short } = bothWays(scores, { topP: 0.9, topK: 0, temperature: 1, chance: 0.5 }, [0], 3)
    expect(short).toBeNull()
  })
})

test('sampling from all tokens is that of plain sorting', () => {
  for (let turn = 0; turn < 100; turn++) {
    const scores = peaked()
    const chance = random()
    const sorted = bestOf(scores, scores.length)
    const total = sorted.reduce((sum, { score }) => sum + Math.exp(score), 0)
    const size =
      sorted.findIndex(
        (_, at) => sorted.slice(0, at + 1).reduce((sum, { score }) => sum + Math.exp(score), 0) >= 0.9 * total,
      ) + 1
    const kept = sorted.slice(0, size)
    let left = chance * kept.reduce((sum, { score }) => sum + Math.exp(score), 0)
    const expected = kept.find(({ score }) => (left -= Math.exp(score)) < 0)!
    expect(sampleNucleus(scores, { topP: 0.9, topK: 0, temperature: 1 }, () => chance)).toBe(expected.token)
  }
})
