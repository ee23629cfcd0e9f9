import type { Scores } from './scores.ts'

/** A token that may come next, and its score. */
export interface Candidate {
  token: number
  score: number
}

/** Scores of the next token of R rows. The likeliest tokens are at hand; the others are fetched when they are asked for. */
export interface NextTokens {
  /** The likeliest tokens of a row, best first, with their scores. */
  likeliest(row: number): Candidate[]
  /** Log of the sum of the exponentials of all scores of a row. */
  logSum(row: number): number
  /** All scores of a row, for the caller to change. */
  all(row: number): Promise<Scores>
}

/** What there is to choose from, and what the rules make of it. */
export interface Rules {
  /** Tokens that can't be written now. */
  forbidden: number[]
  /** Above 1 makes tokens that were written before less likely. */
  repetitionPenalty: number
}

/**
 * The `count` likeliest tokens that may be written, best first, if the likeliest ones at hand decide that.
 * A penalty for repeats changes the order, so then they don't.
 */
export function shortlist(next: NextTokens, row: number, { forbidden, repetitionPenalty }: Rules, count: number) {
  if (repetitionPenalty !== 1) return null
  const allowed = next.likeliest(row).filter(({ token }) => !forbidden.includes(token))
  return allowed.length >= count ? allowed : null
}

/** The `count` best of a row's scores, best first; the first token on a tie. */
export function bestOf(scores: Scores, count: number): Candidate[] {
  const top: Candidate[] = []
  scores.forEach((score, token) => {
    if (top.length === count && score <= top.at(-1)!.score) return
    const at = top.findIndex((other) => score > other.score)
    top.splice(at === -1 ? top.length : at, 0, { score, token })
    if (top.length > count) top.pop()
  })
  return top
}
