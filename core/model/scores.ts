import { bestOf, type Candidate } from './nextTokens.ts'
import type { Random } from './random.ts'

/** Scores of a vocabulary's tokens on the host, changed in place by the functions here. */
export type Scores = Float32Array

/** Makes repeats less likely: a positive score is divided, a negative one multiplied (Keskar et al. 2019). */
export function penaliseRepeats(scores: Scores, seen: Iterable<number>, penalty: number): void {
  if (penalty === 1) return
  for (const token of new Set(seen)) {
    const score = scores[token]!
    scores[token] = score < 0 ? score * penalty : score / penalty
  }
}

export function forbid(scores: Scores, tokens: Iterable<number>): void {
  for (const token of tokens) scores[token] = -Infinity
}

/** The token of the highest score; the first one on a tie. */
export function best(scores: Scores): number {
  let found = 0
  for (let token = 1; token < scores.length; token++) if (scores[token]! > scores[found]!) found = token
  return found
}

/** Turns scores into log probabilities. */
export function logSoftmax(scores: Scores): void {
  const total = logSum(scores)
  for (let token = 0; token < scores.length; token++) scores[token] = scores[token]! - total
}

/** Log of the sum of the exponentials. */
export function logSum(scores: Scores): number {
  const highest = scores[best(scores)]!
  let sum = 0
  for (const score of scores) sum += Math.exp(score - highest)
  return highest + Math.log(sum)
}

export interface Nucleus {
  /** Share of the probability that the kept tokens reach together. */
  topP: number
  /** Number of tokens kept at most; 0 keeps all. */
  topK: number
  temperature: number
}

/** Draws from the smallest set of likeliest tokens that reaches `topP` (Holtzman et al. 2020). */
export function sampleNucleus(scores: Scores, { topP, topK, temperature }: Nucleus, random: Random): number {
  if (temperature !== 1)
    for (let token = 0; token < scores.length; token++) scores[token] = scores[token]! / temperature
  return topK > 0 ? sampleBest(scores, topK, topP, random()) : sampleAll(scores, topP, random())
}

/** Among the `count` best. */
function sampleBest(scores: Scores, count: number, topP: number, chance: number): number {
  const top = bestOf(scores, count).filter(({ score }) => score > -Infinity)
  return drawSorted(top, weigh(top), topP, chance).token
}

/** The share of a sorted list's weight that is drawn from ends with the first token that reaches `topP` of it. */
export function drawSorted(sorted: Candidate[], weights: number[], topP: number, chance: number): Candidate {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let reached = 0
  let size = 0
  while (size < sorted.length && (size === 0 || reached < topP * total)) reached += weights[size++]!
  let left = chance * reached
  for (let at = 0; at < size; at++) if ((left -= weights[at]!) < 0) return sorted[at]!
  return sorted[size - 1]!
}

/** Exponentials, the first one's 1. */
export function weigh(sorted: Candidate[]): number[] {
  return sorted.map(({ score }) => Math.exp(score - sorted[0]!.score))
}

/** Bins of scores: `finer` of them for each factor of e; what is less likely than all of them (e⁻⁶⁴) is never drawn. */
const bins = 4096
const finer = 64

/** Of each bin, the weight of its likeliest score; of the last one, which holds the rest, none. */
const binWeights = Float64Array.from({ length: bins }, (_, bin) => (bin < bins - 1 ? Math.exp(-bin / finer) : 0))

/** A row's scores by bin: which one each token lies in, and what the tokens of each weigh together. */
interface Binned {
  binOf: Uint16Array
  weights: Float64Array
  total: number
}

/** Used again by each draw: making them anew takes longer than filling them. */
const scratch = { binOf: new Uint16Array(0), weights: new Float64Array(bins) }

/**
 * Among all tokens. They are not sorted: their weights go into bins of similar scores, best first, and only the bin where
 * the nucleus ends and the one that the draw hits are put in order.
 */
function sampleAll(scores: Scores, topP: number, chance: number): number {
  const highest = scores[best(scores)]!
  const binned = intoBins(scores, highest)
  const cut = firstReaching(binned.weights, topP * binned.total)
  const kept = members(scores, binned, cut.bin)
  const wanted = topP * binned.total - cut.before
  let [reached, size] = [0, 0]
  while (size < kept.length && ((size === 0 && cut.before === 0) || reached < wanted))
    reached += Math.exp(kept[size++]!.score - highest)
  const hit = firstReaching(binned.weights, chance * (cut.before + reached))
  const among = hit.bin < cut.bin ? members(scores, binned, hit.bin) : kept.slice(0, size)
  let left = chance * (cut.before + reached) - Math.min(hit.before, cut.before)
  for (const { token, score } of among) if ((left -= Math.exp(score - highest)) < 0) return token
  return among.at(-1)!.token
}

/**
 * One pass without branches, the dearest of a draw. The exponential of a token is its bin's times a short series of the rest,
 * which is below 1/64: right to 3e-9, finer than scores are, in a fraction of the time of `Math.exp`.
 */
function intoBins(scores: Scores, highest: number): Binned {
  if (scratch.binOf.length !== scores.length) scratch.binOf = new Uint16Array(scores.length)
  const { binOf, weights } = scratch
  weights.fill(0)
  for (let token = 0; token < scores.length; token++) {
    const below = Math.min((highest - scores[token]!) * finer, bins - 1)
    const bin = below | 0
    const rest = (below - bin) * (1 / finer)
    weights[bin]! += 1 - rest * (1 - rest * (1 / 2 - rest * (1 / 6)))
    binOf[token] = bin
  }
  let total = 0
  for (let bin = 0; bin < bins; bin++) total += weights[bin]! *= binWeights[bin]!
  return { binOf, weights, total }
}

/** The first bin with which the sum reaches `weight`, and the sum before it. */
function firstReaching(weights: Float64Array, weight: number): { bin: number; before: number } {
  let before = 0
  let last = 0
  for (let bin = 0; bin < bins; bin++) {
    if (weights[bin] === 0) continue
    last = bin
    if (before + weights[bin]! > weight) return { bin, before }
    before += weights[bin]!
  }
  return { bin: last, before: before - weights[last]! }
}

/** The tokens of a bin, likeliest first; those of no probability are none. */
function members(scores: Scores, { binOf }: Binned, bin: number): Candidate[] {
  const found: Candidate[] = []
  for (let token = 0; token < binOf.length; token++) {
    if (binOf[token] === bin && scores[token]! > -Infinity) found.push({ token, score: scores[token]! })
  }
  return found.sort((a, b) => b.score - a.score || a.token - b.token)
}
