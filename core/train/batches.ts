import { Fault } from '../contract/fault.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { applyChange, changeOf, type Augmentation } from './augment.ts'
import type { PictureSource } from './pictures.ts'
import { createSampler, type SamplerState } from './sampler.ts'

/** A pair to train on. */
export interface TrainingPair {
  sampleId: number
  path: string
  text: string
  /** What the decoder learns to write, where that is worded otherwise; `text` if left out. */
  caption?: string
}

/** What one step takes from outside; B pairs, pictures of side S, captions of L tokens. */
export interface Batch {
  /** uint8 RGB, [B, S, S, 3] */
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
  pictures: PictureSource
  tokenizer: Tokenizer
  batchSize: number
  imageSize: number
  textLength: number
  prompt: string
  augmentation: Augmentation
  start: SamplerState
}

/** Batches in the sampler's order; the next one is decoded while the caller works on the last. */
export function createBatches(options: BatchOptions): { next(): Promise<Batch> } {
  const { pairs, batchSize, start } = options
  const sampler = createSampler(pairs.length, batchSize, start)
  const numbers = textNumbers(pairs)
  let ahead: Promise<Batch> | null = null

  function prepare(): Promise<Batch> {
    const { indices, epoch } = sampler.next()
    const batch = assemble(options, numbers, indices, epoch, sampler.state())
    // Subtle: a batch that fails ahead of time is reported when it is asked for, not as an unhandled rejection.
    batch.catch(() => {})
    return batch
  }

  function next(): Promise<Batch> {
    const batch = ahead ?? prepare()
    ahead = prepare()
    return batch
  }
  return { next }
}

async function assemble(
  options: BatchOptions,
  numbers: Int32Array,
  drawn: number[],
  epoch: number,
  after: SamplerState,
): Promise<Batch> {
  const { pairs, tokenizer, imageSize, textLength, prompt, augmentation, start } = options
  const chosen = await Promise.all(drawn.map((index) => readable(options, index)))
  const bytes = imageSize * imageSize * 3
  const images = new Uint8Array(drawn.length * bytes)
  chosen.forEach(({ index, pixels }, row) => {
    applyChange(pixels, imageSize, changeOf(start.seed, epoch, index, augmentation), images, row * bytes)
  })
  const texts = chosen.map(({ index }) => pairs[index]!.text)
  return {
    images,
    text: tokenizer.encodeBatch(texts, { length: textLength, first: 'cls' }),
    caption: tokenizer.encodeBatch(
      chosen.map(({ index }) => toWrite(prompt, pairs[index]!)),
      { length: textLength, first: 'dec' },
    ),
    sampleIds: Int32Array.from(chosen, ({ index }) => pairs[index]!.sampleId),
    captionIds: Int32Array.from(chosen, ({ index }) => numbers[index]!),
    after,
  }
}

/** The pair at `index`, or the next one whose picture can be read: shapes are static, and a run must not end on one bad file. */
async function readable(
  { pairs, pictures }: BatchOptions,
  index: number,
): Promise<{ index: number; pixels: Uint8Array }> {
  for (let tried = 0; tried < pairs.length; tried++) {
    const candidate = (index + tried) % pairs.length
    const pixels = await pictures.read(pairs[candidate]!.path)
    if (pixels) return { index: candidate, pixels }
  }
  throw new Fault('no-readable-picture', 'Not one of the pictures to train on can be read.')
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
