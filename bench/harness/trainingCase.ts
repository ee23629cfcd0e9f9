import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeSafetensors } from '../../core/checkpoint/index.ts'
import { asBlip, initialise, parameterCount, readShape, seeded, type BlipShape } from '../../core/model/index.ts'
import { knobsOf, recipeNamed, type Knobs } from '../../core/train/index.ts'

/** A batch as both sides read it: pictures as a file of bytes, the rest as numbers. */
export interface WrittenBatch {
  pairs: number
  size: number
  textLength: number
  images: string
  text: number[][]
  caption: number[][]
  sampleIds: number[]
  captionIds: number[]
}

/** Everything that both sides need to run the same training step. */
export interface TrainingCase {
  shape: BlipShape
  parameters: number
  /** Path of the weights, under the names of core/model/names.ts. */
  weights: string
  knobs: Knobs
  batch: WrittenBatch
}

export interface CaseOptions {
  size: string
  pairs: number
  textLength: number
  /** Replaces the shape's own picture size and depths: makes a smoke run small. */
  shrink?: boolean
}

/** What is measured where nothing else is said. */
export const trainingSizes: (CaseOptions & { turns: number })[] = [
  { size: 'tiny', pairs: 64, textLength: 16, turns: 15 },
  { size: 'small', pairs: 16, textLength: 24, turns: 7 },
  { size: 'base', pairs: 8, textLength: 24, turns: 5 },
]

/** Small enough for CI. */
export const smokeSize = { size: 'tiny', pairs: 4, textLength: 12, turns: 2, shrink: true }

/** Writes weights and a made-up batch into a folder. The knobs are those of the recipe `finetune` at a small, constant rate. */
export async function writeTrainingCase(folder: string, options: CaseOptions): Promise<TrainingCase> {
  const full = asBlip(readShape(join(import.meta.dirname, '../../resources/models', `${options.size}.json`)).shape)
  const shape = options.shrink ? shrunk(full) : full
  const weights = join(folder, `${options.size}.safetensors`)
  await writeSafetensors(weights, initialise(shape, 1))
  const knobs = knobsOf(recipeNamed('finetune'), { batchSize: options.pairs, learningRate: 1e-4 })
  const batch = writeBatch(folder, shape, options)
  return { shape, parameters: parameterCount(shape), weights, knobs, batch }
}

/** A case that is measured, in a folder that is gone afterwards. */
export interface MeasuredCase {
  size: CaseOptions
  training: TrainingCase
  folder: string
}

/** The cases of a benchmark, one after the other: of the sizes that were asked for, or else of the usual ones. */
export async function* measuredCases(
  { quick, only }: { quick: boolean; only: readonly string[] },
  usual: readonly string[],
): AsyncGenerator<MeasuredCase> {
  const wanted = only.length > 0 ? only : usual
  for (const size of quick ? [smokeSize] : trainingSizes.filter(({ size }) => wanted.includes(size))) {
    const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-'))
    try {
      yield { size, training: await writeTrainingCase(folder, size), folder }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** The same case with only the first pairs of its batch. */
export function firstPairs({ knobs, batch, ...rest }: TrainingCase, pairs: number): TrainingCase {
  const rows = Object.fromEntries(
    (['text', 'caption', 'sampleIds', 'captionIds'] as const).map((name) => [name, batch[name].slice(0, pairs)]),
  )
  return { ...rest, knobs: { ...knobs, batchSize: pairs }, batch: { ...batch, ...rows, pairs } }
}

function writeBatch(folder: string, shape: BlipShape, { size: name, pairs, textLength }: CaseOptions): WrittenBatch {
  const { size } = shape.image
  const random = seeded(7)
  const images = join(folder, `${name}-images.bin`)
  writeFileSync(
    images,
    Uint8Array.from({ length: pairs * size * size * 3 }, () => random() * 256),
  )
  const rows = Array.from({ length: pairs }, (_, row) => words(shape, random, { row, textLength }))
  const begun = (token: number) => rows.map((row) => [token, ...row])
  const { cls, dec } = shape.text.tokens
  const ids = rows.map((_, row) => row)
  return { pairs, size, textLength, images, text: begun(cls), caption: begun(dec), sampleIds: ids, captionIds: ids }
}

/** A caption of half to all of the length that ends with [SEP], then padding; without its first token. */
function words(
  { text }: BlipShape,
  random: () => number,
  { row, textLength }: { row: number; textLength: number },
): number[] {
  const { pad, sep } = text.tokens
  const end = textLength - 2 - (row % (textLength >> 1))
  const word = () => 5 + Math.floor(random() * (text.vocabularySize - 7))
  return Array.from({ length: textLength - 1 }, (_, at) => (at < end ? word() : at === end ? sep : pad))
}

function shrunk(shape: BlipShape): BlipShape {
  return { ...shape, image: { ...shape.image, size: 32, depth: 1 }, text: { ...shape.text, depth: 1 } }
}
