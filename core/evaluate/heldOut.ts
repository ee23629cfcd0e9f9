import type { Fault } from '../contract/fault.ts'
import type { Retrieval } from '../contract/model.ts'
import { createJudge, decodePictures, type Judge, type LoadedModel } from '../score/index.ts'
import { retrieval } from './retrieval.ts'

export interface HeldOutPair {
  sampleId: number
  path: string
  text: string
}

export interface HeldOutOptions {
  /** Pictures at most, the first in the order given; 0 for all. */
  pictures: number
  /** Candidates per query that the matching head ranks again; 0 for cosines alone. */
  rerank: number
  batch?: number
  /** Told how many pictures are done. */
  progress?: (done: number, total: number) => void
  signal?: AbortSignal
  /** Told of each picture that can't be read. */
  onFault?: (path: string, fault: Fault) => void
}

interface Picture {
  sampleId: number
  path: string
  texts: string[]
}

/**
 * Ranks held-out pictures and captions against each other, by cosine; with `rerank`, the best candidates of every query
 * are ranked again by match logit + cosine, as BLIP does. Pictures that can't be read are left out, with their captions.
 */
export async function heldOutRetrieval(
  model: LoadedModel,
  pairs: HeldOutPair[],
  options: HeldOutOptions,
): Promise<Retrieval> {
  const { batch = 32, rerank, signal } = options
  const wanted = picturesOf(pairs, options.pictures)
  const judge = createJudge(model, { batch })
  try {
    const { pictures, features } = await embed(judge, model, wanted, { ...options, batch })
    const texts = pictures.flatMap(({ texts }) => texts)
    const pictureOf = pictures.flatMap(({ texts }, index) => texts.map(() => index))
    const similarity = cosines(features, await judge.read(texts), model.shape.embed)
    if (rerank > 0) await rankAgain(judge, model, { pictures, texts, similarity, batch, depth: rerank, signal })
    return retrieval({ similarity, pictures: pictures.length, texts, pictureOf })
  } finally {
    judge.dispose()
  }
}

/** The pictures with all their captions, in the order they first appear. */
export function picturesOf(pairs: HeldOutPair[], most: number): Picture[] {
  const pictures = new Map<number, Picture>()
  for (const { sampleId, path, text } of pairs) {
    if (!pictures.has(sampleId)) pictures.set(sampleId, { sampleId, path, texts: [] })
    pictures.get(sampleId)!.texts.push(text)
  }
  const all = [...pictures.values()]
  return most > 0 ? all.slice(0, most) : all
}

async function embed(
  judge: Judge,
  model: LoadedModel,
  wanted: Picture[],
  { batch, progress, signal, onFault }: HeldOutOptions & { batch: number },
) {
  const pictures: Picture[] = []
  const features: number[] = []
  for (let at = 0; at < wanted.length; at += batch) {
    signal?.throwIfAborted()
    const { items, images, faults } = await decodePictures(wanted.slice(at, at + batch), model.shape.image.size)
    if (items.length) features.push(...(await judge.look(images)))
    pictures.push(...items)
    for (const { item, fault } of faults) onFault?.(item.path, fault)
    progress?.(Math.min(wanted.length, at + batch), wanted.length)
  }
  return { pictures, features: Float32Array.from(features) }
}

/** Rows of a times rows of b: [n, d], [m, d] → n × m. */
function cosines(a: Float32Array, b: Float32Array, width: number): Float32Array {
  const [rows, columns] = [a.length / width, b.length / width]
  const result = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += a[row * width + k]! * b[column * width + k]!
      result[row * columns + column] = sum
    }
  }
  return result
}

interface Ranking {
  pictures: Picture[]
  texts: string[]
  /** Changed in place. */
  similarity: Float32Array
  batch: number
  depth: number
  signal?: AbortSignal
}

/** Gives the best cosines of each row and column the matching head's score; the others fall behind them, in their order. */
async function rankAgain(
  judge: Judge,
  model: LoadedModel,
  { pictures, texts, similarity, batch, depth, signal }: Ranking,
): Promise<void> {
  const chosen = candidates(similarity, pictures.length, texts.length, depth)
  for (let index = 0; index < similarity.length; index++) similarity[index]! -= 100
  for (let at = 0; at < pictures.length; at += batch) {
    signal?.throwIfAborted()
    const some = pictures.slice(at, at + batch)
    await judge.look((await decodePictures(some, model.shape.image.size)).images)
    const questions = some.flatMap((_, row) =>
      [...chosen[at + row]!].map((text) => ({ row, text: texts[text]!, index: (at + row) * texts.length + text })),
    )
    const judgements = await judge.judge(questions)
    questions.forEach(({ index }, place) => (similarity[index] = judgements[place]!.itmLogit + judgements[place]!.itc))
  }
}

/** For each picture the texts that are among its best, or that have it among theirs. */
function candidates(similarity: Float32Array, rows: number, columns: number, depth: number): Set<number>[] {
  const chosen = Array.from({ length: rows }, () => new Set<number>())
  const best = (count: number, value: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => index)
      .sort((a, b) => value(b) - value(a))
      .slice(0, depth)
  for (let row = 0; row < rows; row++)
    for (const text of best(columns, (column) => similarity[row * columns + column]!)) chosen[row]!.add(text)
  for (let column = 0; column < columns; column++)
    for (const row of best(rows, (row) => similarity[row * columns + column]!)) chosen[row]!.add(column)
  return chosen
}
