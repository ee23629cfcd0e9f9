import { advance, startBeam, type Beam, type BeamRules } from './beam.ts'
import type { Decoder } from './decoder.ts'
import { bestOf, shortlist, type Candidate, type NextTokens } from './nextTokens.ts'
import { drawFrom } from './nucleus.ts'
import { seeded, type Random } from './random.ts'
import { best, forbid, logSoftmax, penaliseRepeats, sampleNucleus, type Nucleus, type Scores } from './scores.ts'
import type { SpecialTokens } from '../text/vocabulary.ts'

interface CommonOptions {
  /** Tokens that stand between [DEC] and what is written. */
  prompt?: number[]
  /** Tokens at least and at most, [DEC], prompt and [SEP] included, as BLIP counts them. */
  minLength?: number
  maxLength?: number
  /** Above 1 makes repeats less likely. */
  repetitionPenalty?: number
  /** Tokens that are never written; the special ones if left out. */
  forbidden?: number[]
}

export type GenerateOptions =
  | (CommonOptions & { method: 'greedy' })
  /** As many beams as the decoder has rows a picture. */
  | (CommonOptions & { method: 'beam'; lengthPenalty?: number })
  /** `seeds`: one for each picture, so that a caption doesn't depend on what else is in the batch. */
  | (CommonOptions & Partial<Nucleus> & { method: 'nucleus'; seeds: number[] })

export interface GeneratedCaption {
  /** What was written after the prompt, [SEP] left out. */
  ids: number[]
  /** Sum of the written tokens' log probabilities; for beams the score the search ranked by. */
  logProbability: number
}

type Settings = Required<Omit<CommonOptions, 'prompt'>> & { start: number[]; sep: number; count: number }

/** Writes a caption for each of the first `count` pictures that the decoder has looked at. */
export async function generate(
  decoder: Decoder,
  tokens: SpecialTokens,
  count: number,
  options: GenerateOptions,
): Promise<GeneratedCaption[]> {
  const { prompt = [], minLength = 0, maxLength = 20, repetitionPenalty = 1 } = options
  const forbidden = options.forbidden ?? [tokens.pad, tokens.cls, tokens.mask, tokens.unk, tokens.dec, tokens.enc]
  const start = [tokens.dec, ...prompt]
  const settings = { minLength, maxLength, repetitionPenalty, forbidden, start, sep: tokens.sep, count }
  try {
    if (options.method === 'beam') return await searchBeams(decoder, settings, options.lengthPenalty ?? 1)
    return await writeRows(decoder, settings, chooser(options))
  } finally {
    decoder.dispose()
  }
}

/** Chooses the next token of a row from its scores. */
type Choose = (next: NextTokens, row: number, rules: RowRules) => Promise<Candidate>

/** What a row's next token must keep to. */
interface RowRules {
  /** The row so far. */
  ids: number[]
  forbidden: number[]
  repetitionPenalty: number
}

function chooser(options: Exclude<GenerateOptions, { method: 'beam' }>): Choose {
  if (options.method === 'greedy') return chooseBest
  const { topP = 0.9, topK = 0, temperature = 1, seeds } = options
  const randoms: Random[] = seeds.map(seeded)
  return (next, row, rules) => draw(next, row, rules, { topP, topK, temperature, chance: randoms[row]!() })
}

async function chooseBest(next: NextTokens, row: number, rules: RowRules): Promise<Candidate> {
  const likely = shortlist(next, row, rules, 1)
  if (likely) return likely[0]!
  const raw = await next.all(row)
  const token = best(adjusted(raw.slice(), rules))
  return { token, score: raw[token]! }
}

async function draw(
  next: NextTokens,
  row: number,
  rules: RowRules,
  nucleus: Nucleus & { chance: number },
): Promise<Candidate> {
  const likely = drawFrom(next, row, rules, nucleus)
  if (likely) return likely
  const raw = await next.all(row)
  const token = sampleNucleus(adjusted(raw.slice(), rules), nucleus, () => nucleus.chance)
  return { token, score: raw[token]! }
}

/** Greedy and nucleus: each row goes its own way until [SEP]. */
async function writeRows(decoder: Decoder, settings: Settings, choose: Choose): Promise<GeneratedCaption[]> {
  const { start, sep, count, maxLength } = settings
  const rows = Array.from({ length: count }, () => ({ ids: [...start], logProbability: 0, done: false }))
  let scores = await feedPrompt(decoder, start)
  for (let length = start.length; length < maxLength; length++) {
    for (const [i, row] of rows.entries()) {
      if (row.done) continue
      const { token, score } = await choose(scores, i, rulesFor(row.ids, settings))
      row.ids.push(token)
      row.logProbability += score - scores.logSum(i)
      row.done = token === sep
    }
    if (length + 1 === maxLength || rows.every((row) => row.done)) break
    const next = new Int32Array(decoder.rows)
    rows.forEach((row, i) => (next[i] = row.ids.at(-1)!))
    scores = await decoder.step(next, length, ownPast(decoder))
  }
  return rows.map(({ ids, logProbability }) => ({ ids: written(ids, settings), logProbability }))
}

/** Beam search: each picture has as many rows as there are beams, and rows may go on from one another. */
async function searchBeams(decoder: Decoder, settings: Settings, lengthPenalty: number): Promise<GeneratedCaption[]> {
  const { start, sep, count, maxLength } = settings
  const rules: BeamRules = { beams: decoder.beams, maxLength, promptLength: start.length, sep, lengthPenalty }
  const searches: Beam[] = Array.from({ length: count }, () => startBeam(start, rules))
  let scores = await feedPrompt(decoder, start)
  for (let length = start.length; length < maxLength; length++) {
    const next = new Int32Array(decoder.rows)
    const parents = ownPast(decoder)
    for (const [picture, search] of searches.entries()) {
      const first = picture * decoder.beams
      const moved = advance(search, await beamCandidates(search, scores, first, settings), rules)
      moved.beam.running.forEach(({ ids }, i) => (next[first + i] = ids.at(-1)!))
      moved.parents.forEach((parent, i) => (parents[first + i] = first + parent))
      searches[picture] = moved.beam
    }
    if (length + 1 === maxLength || searches.every((search) => search.settled)) break
    scores = await decoder.step(next, length, parents)
  }
  return searches.map(({ finished: [winner] }) => ({
    ids: written(winner!.ids, settings),
    logProbability: winner!.score,
  }))
}

/** For each running caption the tokens that may win, with their log probabilities: twice as many as there are beams. */
function beamCandidates(search: Beam, scores: NextTokens, first: number, settings: Settings): Promise<Candidate[][]> {
  const count = 2 * search.running.length
  const candidates = search.running.map(async ({ ids }, i): Promise<Candidate[]> => {
    const rules = rulesFor(ids, settings)
    const logSum = scores.logSum(first + i)
    const likely = shortlist(scores, first + i, rules, count)
    if (likely) return likely.slice(0, count).map(({ token, score }) => ({ token, score: Math.fround(score - logSum) }))
    const all = await scores.all(first + i)
    logSoftmax(all)
    return bestOf(adjusted(all, rules), count)
  })
  return Promise.all(candidates)
}

/** Feeds [DEC] and the prompt to all rows; the scores after the last one are those of the first written token. */
async function feedPrompt(decoder: Decoder, start: number[]): Promise<NextTokens> {
  let scores!: NextTokens
  for (const [position, token] of start.entries()) {
    scores = await decoder.step(new Int32Array(decoder.rows).fill(token), position, ownPast(decoder))
  }
  return scores
}

function rulesFor(ids: number[], { repetitionPenalty, forbidden, minLength, sep }: Settings): RowRules {
  return { ids, repetitionPenalty, forbidden: ids.length < minLength ? [...forbidden, sep] : forbidden }
}

/** Penalties before a choice, in the order of transformers. */
function adjusted(scores: Scores, { ids, repetitionPenalty, forbidden }: RowRules): Scores {
  penaliseRepeats(scores, ids, repetitionPenalty)
  forbid(scores, forbidden)
  return scores
}

function ownPast({ rows }: Decoder): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row)
}

function written(ids: number[], { start, sep }: Settings): number[] {
  const own = ids.slice(start.length)
  return own.at(-1) === sep ? own.slice(0, -1) : own
}
