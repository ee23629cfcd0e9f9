import type { Candidate, NextTokens, Rules } from './nextTokens.ts'
import { drawSorted, weigh, type Nucleus } from './scores.ts'

/** Room for rounding in sums over a vocabulary: what is decided by less is left to all scores. */
const rounding = 1e-5

/**
 * Draws from the nucleus if the likeliest tokens at hand hold it whole; else null, and nothing was decided.
 * @param chance a random number in [0, 1)
 */
export function drawFrom(
  next: NextTokens,
  row: number,
  { forbidden, repetitionPenalty }: Rules,
  { topP, topK, temperature, chance }: Nucleus & { chance: number },
): Candidate | null {
  const likely = next.likeliest(row)
  const allowed = likely.filter(({ token }) => !forbidden.includes(token))
  if (repetitionPenalty !== 1 || allowed.length === 0) return null
  const cooled = allowed.map(({ token, score }) => ({ token, score: score / temperature }))
  const asWas = (drawn: Candidate) => allowed.find(({ token }) => token === drawn.token)!
  if (topK > 0) {
    const top = cooled.slice(0, topK)
    return top.length < topK ? null : asWas(drawSorted(top, weigh(top), topP, chance))
  }
  if (temperature !== 1) return null
  const size = nucleusSize(likely, allowed, { forbidden, topP, logSum: next.logSum(row) })
  if (size === null) return null
  const kept = allowed.slice(0, size)
  return drawSorted(kept, weigh(kept), 1, chance)
}

interface Whole {
  forbidden: number[]
  topP: number
  logSum: number
}

/**
 * Tokens in the nucleus, or null where that depends on tokens that are not at hand: forbidden ones count for nothing, and of
 * those among the others only the greatest possible weight is known.
 */
function nucleusSize(likely: Candidate[], allowed: Candidate[], { forbidden, topP, logSum }: Whole): number | null {
  const weights = weigh(allowed)
  const own = (candidate: Candidate) => Math.exp(candidate.score - allowed[0]!.score)
  const banned = likely.filter(({ token }) => forbidden.includes(token))
  const whole = Math.exp(logSum - allowed[0]!.score)
  const known = banned.reduce((sum, candidate) => sum + own(candidate), 0)
  const unseen = (new Set(forbidden).size - banned.length) * own(likely.at(-1)!)
  const most = whole * (1 + rounding) - known
  const least = whole * (1 - rounding) - known - unseen
  const [first, last] = [firstReaching(weights, topP * least), firstReaching(weights, topP * most)]
  return first === last ? first : null
}

/** How many weights, at least one, add up to `wanted`; null if all don't. */
function firstReaching(weights: number[], wanted: number): number | null {
  let reached = 0
  for (const [at, weight] of weights.entries()) {
    reached += weight
    if (reached >= wanted) return at + 1
  }
  return null
}
