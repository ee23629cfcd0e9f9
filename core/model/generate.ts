import { advance, startBeam, type Beam, type BeamRules } from './beam.ts'
import { seeded, type Random } from './random.ts'
import {
  best,
  forbid,
  logSoftmax,
  logSum,
  penaliseRepeats,
  sampleNucleus,
  type Nucleus,
  type Scores,
} from './scores.ts'
import type { SpecialTokens } from '../text/vocabulary.ts'

/** A decoder that goes one token on in all its rows at once. */
export interface Decoder {
  rows: number
  /** Rows that belong to one picture: 1, or the number of beams. */
  beams: number
  /**
   * Feeds the tokens at `position`; rows first take over the past of `parents`.
   * @returns scores of the next token, rows × vocabulary
   */
  step(tokens: Int32Array, position: number, parents: Int32Array): Promise<Float32Array>
}

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
  if (options.method === 'beam') return searchBeams(decoder, settings, options.lengthPenalty ?? 1)
  return writeRows(decoder, settings, chooser(options))
}

type Choose = (scores: Scores, row: number) => number

function chooser(options: Exclude<GenerateOptions, { method: 'beam' }>): Choose {
  if (options.method === 'greedy') return best
  const { topP = 0.9, topK = 0, temperature = 1, seeds } = options
  const randoms: Random[] = seeds.map(seeded)
  return (scores, row) => sampleNucleus(scores, { topP, topK, temperature }, randoms[row]!)
}

/** Greedy and nucleus: each row goes its own way until [SEP]. */
async function writeRows(decoder: Decoder, settings: Settings, choose: Choose): Promise<GeneratedCaption[]> {
  const { start, sep, count, maxLength } = settings
  const rows = Array.from({ length: count }, () => ({ ids: [...start], logProbability: 0, done: false }))
  let scores = await feedPrompt(decoder, start)
  for (let length = start.length; length < maxLength; length++) {
    rows.forEach((row, i) => {
      if (row.done) return
      const own = rowOf(scores, decoder, i)
      const raw = own.slice()
      adjust(own, row.ids, settings)
      const token = choose(own, i)
      row.ids.push(token)
      row.logProbability += raw[token]! - logSum(raw)
      row.done = token === sep
    })
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
  let searches: Beam[] = Array.from({ length: count }, () => startBeam(start, rules))
  let scores = await feedPrompt(decoder, start)
  for (let length = start.length; length < maxLength; length++) {
    const next = new Int32Array(decoder.rows)
    const parents = ownPast(decoder)
    searches = searches.map((search, picture) => {
      const first = picture * decoder.beams
      const moved = advance(search, beamScores(search, scores, decoder, first, settings), rules)
      moved.beam.running.forEach(({ ids }, i) => (next[first + i] = ids.at(-1)!))
      moved.parents.forEach((parent, i) => (parents[first + i] = first + parent))
      return moved.beam
    })
    if (length + 1 === maxLength || searches.every((search) => search.settled)) break
    scores = await decoder.step(next, length, parents)
  }
  return searches.map(({ finished: [winner] }) => ({
    ids: written(winner!.ids, settings),
    logProbability: winner!.score,
  }))
}

function beamScores(search: Beam, scores: Scores, decoder: Decoder, first: number, settings: Settings): Scores[] {
  return search.running.map(({ ids }, i) => {
    const own = rowOf(scores, decoder, first + i)
    logSoftmax(own)
    adjust(own, ids, settings)
    return own
  })
}

/** Feeds [DEC] and the prompt to all rows; the scores after the last one are those of the first written token. */
async function feedPrompt(decoder: Decoder, start: number[]): Promise<Float32Array> {
  let scores!: Float32Array
  for (const [position, token] of start.entries()) {
    scores = await decoder.step(new Int32Array(decoder.rows).fill(token), position, ownPast(decoder))
  }
  return scores
}

/** Penalties before a choice, in the order of transformers. */
function adjust(scores: Scores, ids: number[], { repetitionPenalty, forbidden, minLength, sep }: Settings): void {
  penaliseRepeats(scores, ids, repetitionPenalty)
  forbid(scores, forbidden)
  if (ids.length < minLength) forbid(scores, [sep])
}

function rowOf(scores: Float32Array, { rows }: Decoder, row: number): Scores {
  const width = scores.length / rows
  return scores.subarray(row * width, (row + 1) * width)
}

function ownPast({ rows }: Decoder): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => row)
}

function written(ids: number[], { start, sep }: Settings): number[] {
  const own = ids.slice(start.length)
  return own.at(-1) === sep ? own.slice(0, -1) : own
}
