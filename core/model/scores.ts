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
  for (let token = 0; token < scores.length; token++) scores[token] = scores[token]! / temperature
  logSoftmax(scores)
  const likely = nucleus(scores, topP, topK)
  let left = random() * likely.reduce((sum, token) => sum + Math.exp(scores[token]!), 0)
  for (const token of likely) {
    left -= Math.exp(scores[token]!)
    if (left < 0) return token
  }
  return likely.at(-1)!
}

/** The tokens of the nucleus, likeliest first. */
function nucleus(logProbabilities: Scores, topP: number, topK: number): number[] {
  // All tokens below this floor together weigh less than 1 - topP, so none is in the nucleus; it spares a long sort.
  const floor = topK > 0 ? -Infinity : Math.log((1 - topP) / logProbabilities.length)
  const candidates: number[] = []
  logProbabilities.forEach((value, token) => value > -Infinity && value >= floor && candidates.push(token))
  candidates.sort((a, b) => logProbabilities[b]! - logProbabilities[a]! || a - b)
  const sorted = topK > 0 ? candidates.slice(0, topK) : candidates
  const total = topK > 0 ? sorted.reduce((sum, token) => sum + Math.exp(logProbabilities[token]!), 0) : 1
  let reached = 0
  let size = 0
  while (size < sorted.length && (size === 0 || reached < topP * total))
    reached += Math.exp(logProbabilities[sorted[size++]!]!)
  return sorted.slice(0, size)
}
