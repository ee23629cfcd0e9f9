import type { Scores } from './scores.ts'

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
 * @param logProbabilities one row for each running caption, after penalties
 * @returns the search and, for each running caption, the index of the one it goes on from.
 * Rules (twice as many candidates as beams, only the first half may end, when to stop) are those of transformers.
 */
export function advance(beam: Beam, logProbabilities: Scores[], rules: BeamRules): { beam: Beam; parents: number[] } {
  const candidates = bestCandidates(beam, logProbabilities, 2 * rules.beams)
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

type Candidate = Hypothesis & { parent: number }

function bestCandidates({ running }: Beam, logProbabilities: Scores[], count: number): Candidate[] {
  const top: { score: number; parent: number; token: number }[] = []
  running.forEach((hypothesis, parent) => {
    logProbabilities[parent]!.forEach((value, token) => {
      const score = Math.fround(hypothesis.score + value)
      if (top.length === count && score <= top.at(-1)!.score) return
      const at = top.findIndex((other) => score > other.score)
      top.splice(at === -1 ? top.length : at, 0, { score, parent, token })
      if (top.length > count) top.pop()
    })
  })
  return top.map(({ score, parent, token }) => ({ score, parent, ids: [...running[parent]!.ids, token] }))
}

function normalised({ ids, score }: Hypothesis, { promptLength, lengthPenalty }: BeamRules): Hypothesis {
  return { ids, score: score / (ids.length - promptLength) ** lengthPenalty }
}

/** Whether the best running caption, were it to end now, would beat the worst finished one. */
function canImprove(running: Hypothesis, finished: Hypothesis[], rules: BeamRules): boolean {
  return finished.length < rules.beams || normalised(running, rules).score > finished.at(-1)!.score
}
