import { setImmediate } from 'node:timers/promises'
import { Fault } from '../contract/fault.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { changeOf, type Augmentation } from './augment.ts'
import type { PictureLoader, WantedPicture } from './pictures.ts'
import { createSampler, type SamplerState } from './sampler.ts'

/** A pair to train on. */
export interface TrainingPair {
  sampleId: number
  path: string
  text: string
  /** What the decoder learns to write, where that is worded otherwise; `text` if left out. */
  caption?: string
  /** Probability that picture and text match, by the newest judge; null or left out where none has judged. */
  match?: number | null
}

/** What one step takes from outside; B pairs, pictures of side S, captions of L tokens. */
export interface Batch {
  /** uint8 RGB, [B, S, S, 3]; until the next batch is asked for, which may take this memory. */
  images: Uint8Array
  /** int32 [B, L]: [CLS] first, for the contrastive and (with [ENC] in its place) the matching loss. */
  text: Int32Array
  /** int32 [B, L]: [DEC], prompt, caption. */
  caption: Int32Array
  /** int32 [B] */
  sampleIds: Int32Array
  /** int32 [B]: equal numbers for equal texts. */
  captionIds: Int32Array
  /** Where the sampler stands after this batch. */
  after: SamplerState
}

export interface BatchOptions {
  pairs: TrainingPair[]
  pictures: PictureLoader
  /** Told of each picture that can't be read, once. */
  onFault?: (path: string, fault: Fault) => void
  tokenizer: Tokenizer
  batchSize: number
  imageSize: number
  textLength: number
  prompt: string
  augmentation: Augmentation
  start: SamplerState
  /** Power of the match probability by which pairs are drawn; 0 or left out draws all alike. */
  qualityWeighting?: number
}

export interface Batches {
  next(): Promise<Batch>
  /** Milliseconds that callers of `next` have waited so far. */
  waited(): number
}

/** Most batches that are prepared ahead, and most memory that their pictures take. */
export const aheadCount = 4
const aheadBytes = 1 << 28

/** Batches in the sampler's order; some are prepared ahead while the caller works on the last. */
export function createBatches(options: BatchOptions): Batches {
  const { pairs, batchSize, imageSize, start } = options
  const sampler = createSampler(pairs.length, batchSize, start, weightsOf(pairs, options.qualityWeighting))
  // Megabytes that come new with each batch would have the collector go through the whole heap for every one or two.
  const spare: Uint8Array[] = []
  let handedOut: Uint8Array | null = null
  const assemble = createAssembler(options, (bytes) => spare.pop() ?? new Uint8Array(bytes))
  const ahead: Promise<Batch>[] = []
  const depth = Math.max(1, Math.min(aheadCount, Math.floor(aheadBytes / (batchSize * imageSize ** 2 * 3))))
  let waited = 0

  function prepare(): void {
    const { indices, epoch } = sampler.next()
    const batch = assemble(indices, epoch, sampler.state())
    // Subtle: a batch that fails ahead of time is reported when it is asked for, not as an unhandled rejection.
    batch.catch(() => {})
    ahead.push(batch)
  }

  async function next(): Promise<Batch> {
    const asked = performance.now()
    if (handedOut) spare.push(handedOut)
    handedOut = null
    while (ahead.length <= depth) prepare()
    try {
      const batch = await ahead.shift()!
      handedOut = batch.images
      return batch
    } finally {
      waited += performance.now() - asked
    }
  }
  return { next, waited: () => waited }
}

/** A pair that nobody has judged counts as one in the middle; none is left out altogether. */
function weightsOf(pairs: TrainingPair[], power = 0): Float64Array | undefined {
  if (power === 0) return undefined
  return Float64Array.from(pairs, ({ match }) => Math.max(leastMatch, match ?? 0.5) ** power)
}
const leastMatch = 1e-3

type Assemble = (drawn: number[], epoch: number, after: SamplerState) => Promise<Batch>

function createAssembler(options: BatchOptions, memory: (bytes: number) => Uint8Array): Assemble {
  const { pairs, pictures, onFault, tokenizer, imageSize, textLength, prompt, augmentation, start } = options
  const numbers = textNumbers(pairs)
  const unreadable = new Set<string>()

  return async function assemble(drawn, epoch, after) {
    const wanted = (index: number, row: number): WantedPicture => ({
      row,
      path: pairs[index]!.path,
      change: changeOf(start.seed, epoch, index, augmentation),
    })
    const chosen = drawn.map(readable)
    const images = memory(drawn.length * imageSize ** 2 * 3)
    const filling = pictures.fill(images, chosen.map(wanted))
    filling.catch(() => {}) // reported below
    // Texts take some milliseconds: the caller's step, which runs beside this, is to start first.
    await setImmediate()
    let rows = rowsOf(chosen)
    let filled = await filling
    while (filled.faults.length > 0) {
      for (const { row, fault } of filled.faults) {
        report(chosen[row]!, fault)
        chosen[row] = readable(chosen[row]!)
      }
      rows = rowsOf(chosen)
      const again = filled.faults.map(({ row }) => wanted(chosen[row]!, row))
      filled = await pictures.fill(filled.images, again)
    }
    return { images: filled.images, ...rows, after }
  }

  /** All of a batch but its pictures. */
  function rowsOf(chosen: number[]): Omit<Batch, 'images' | 'after'> {
    const drawn = chosen.map((index) => pairs[index]!)
    return {
      text: tokens(drawn, ({ text }) => text, 'cls'),
      caption: tokens(drawn, (pair) => toWrite(prompt, pair), 'dec'),
      sampleIds: Int32Array.from(drawn, ({ sampleId }) => sampleId),
      captionIds: Int32Array.from(chosen, (index) => numbers[index]!),
    }
  }

  function tokens(some: TrainingPair[], textOf: (pair: TrainingPair) => string, first: 'cls' | 'dec'): Int32Array {
    return tokenizer.encodeBatch(some.map(textOf), { length: textLength, first })
  }

  function report(index: number, fault: Fault): void {
    const { path } = pairs[index]!
    if (!unreadable.has(path)) onFault?.(path, fault)
    unreadable.add(path)
  }

  /** The pair at `index`, or the next one whose picture can be read: shapes are static, and a run must not end on one bad file. */
  function readable(index: number): number {
    for (let tried = 0; tried < pairs.length; tried++) {
      const candidate = (index + tried) % pairs.length
      if (!unreadable.has(pairs[candidate]!.path)) return candidate
    }
    throw new Fault('no-readable-picture', 'Not one of the pictures to train on can be read.')
  }
}

/**
 * Length of the token rows: the least multiple of 4 that holds every caption (with its prompt), at most `most`.
 * Padding costs as much as words, and shapes are static.
 */
export function rowLength(tokenizer: Tokenizer, pairs: TrainingPair[], prompt: string, most: number): number {
  let longest = 4
  for (const pair of pairs) {
    for (const text of [pair.text, toWrite(prompt, pair)]) {
      longest = Math.max(longest, tokenizer.encode(text, { maxLength: most }).length)
    }
    if (longest >= most) return most
  }
  return Math.min(most, Math.ceil(longest / 4) * 4)
}

function toWrite(prompt: string, { text, caption = text }: TrainingPair): string {
  return prompt ? `${prompt.trim()} ${caption}` : caption
}

/** Numbers texts so that equal ones get equal numbers. */
function textNumbers(pairs: TrainingPair[]): Int32Array {
  const known = new Map<string, number>()
  return Int32Array.from(pairs, ({ text }) => {
    const key = text.trim().toLowerCase()
    if (!known.has(key)) known.set(key, known.size)
    return known.get(key)!
  })
}
