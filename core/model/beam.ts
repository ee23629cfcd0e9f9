import type { Candidate } from './nextTokens.ts'

/** A caption under way or done: its tokens, [DEC] and prompt included, and its score. */
export interface Hypothesis {
  ids: number[]
  score: number
}

/** The search for one picture's caption. */
export interface Beam {
  /** Captions that can go on, best first; as many as there are beams. */
  running: Hypothesis[]
  /** Captions that ended, best first; scores are divided by length. */
  finished: Hypothesis[]
  /** No running caption can still beat the finished ones. */
  settled: boolean
}

export interface BeamRules {
  beams: number
  /** Tokens at most, prompt and [SEP] included. */
  maxLength: number
  promptLength: number
  /** The token that ends a caption. */
  sep: number
  /** Scores are divided by length to this power. */
  lengthPenalty: number
}

/** Below any score: keeps all beams but the first from counting while they are still equal. */
const unlikely = -1e9

export function startBeam(prompt: number[], { beams }: BeamRules): Beam {
  const running = Array.from({ length: beams }, (_, i) => ({ ids: prompt, score: i === 0 ? 0 : unlikely }))
  return { running, finished: [], settled: false }
}

/**
 * Extends a search by one token.
 * @param next for each running caption the tokens that may come next, with their log probabilities after penalties: the
 * best ones, best first, at least twice as many as there are beams
 * @returns the search and, for each running caption, the index of the one it goes on from.
 * Rules (twice as many candidates as beams, only the first half may end, when to stop) are those of transformers.
 */
export function advance(beam: Beam, next: Candidate[][], rules: BeamRules): { beam: Beam; parents: number[] } {
  const candidates = bestExtensions(beam, next, 2 * rules.beams)
  const ends = candidates.map(({ ids }) => ids.at(-1) === rules.sep || ids.length >= rules.maxLength)
  const open = candidates.filter((_, i) => !ends[i])
  const closed = candidates.filter((_, i) => ends[i])
  const going = [...open, ...closed].slice(0, rules.beams)

  const ended = beam.settled ? [] : candidates.filter((_, i) => ends[i] && i < rules.beams)
  const finished = [...beam.finished, ...ended.map((hypothesis) => normalised(hypothesis, rules))]
    .sort((a, b) => b.score - a.score)
    .slice(0, rules.beams)
  const running = going.map(({ ids, score }) => ({ ids, score }))
  const settled = beam.settled || open.length === 0 || !canImprove(running[0]!, finished, rules)
  return { beam: { running, finished, settled }, parents: going.map(({ parent }) => parent) }
}

type Extension = Hypothesis & { parent: number }

function bestExtensions({ running }: Beam, next: Candidate[][], count: number): Extension[] {
  const all = running.flatMap((hypothesis, parent) =>
    next[parent]!.map(({ token, score }) => ({ token, parent, score: Math.fround(hypothesis.score + score) })),
  )
  // Sorting keeps the order of equals: the first beam's, then the first token's.
  const top = all.toSorted((a, b) => b.score - a.score).slice(0, count)
  return top.map(({ score, parent, token }) => ({ score, parent, ids: [...running[parent]!.ids, token] }))
}

function normalised({ ids, score }: Hypothesis, { promptLength, lengthPenalty }: BeamRules): Hypothesis {
  return { ids, score: score / (ids.length - promptLength) ** lengthPenalty }
}

/** Whether the best running caption, were it to end now, would beat the worst finished one. */
function canImprove(running: Hypothesis, finished: Hypothesis[], rules: BeamRules): boolean {
  return finished.length < rules.beams || normalised(running, rules).score > finished.at(-1)!.score
}
