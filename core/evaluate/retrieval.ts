import type { Retrieval } from '../contract/model.ts'

export interface RetrievalInput {
  /** Similarity of picture i and text j at i * texts.length + j. */
  similarity: Float32Array
  pictures: number
  texts: string[]
  /** For each text the picture it belongs to. */
  pictureOf: number[]
}

/**
 * Recall at 1, 5 and 10 in both directions (algorithms.md §6).
 *
 * Picture to text is a hit if any right text is among the first K. A text equal to a right one is right as well: held-out
 * captions coincide, and no model could tell them apart. Every other tie counts against the model, so a model that gives
 * all pairs the same similarity scores 0.
 */
export function retrieval({ similarity, pictures, texts, pictureOf }: RetrievalInput): Retrieval {
  const right = rightTexts(pictures, texts, pictureOf)
  const toText = Array.from({ length: pictures }, (_, picture) =>
    rankOfBest(
      texts.length,
      (text) => similarity[picture * texts.length + text]!,
      (text) => right[picture]!.has(texts[text]!),
    ),
  )
  const toImage = texts.map((content, text) =>
    rankOfBest(
      pictures,
      (picture) => similarity[picture * texts.length + text]!,
      (picture) => right[picture]!.has(content),
    ),
  )
  return { imageToText: recalls(toText), textToImage: recalls(toImage), candidates: pictures }
}

function rightTexts(pictures: number, texts: string[], pictureOf: number[]): Set<string>[] {
  const right = Array.from({ length: pictures }, () => new Set<string>())
  texts.forEach((text, index) => right[pictureOf[index]!]!.add(text))
  return right
}

/** How many wrong candidates are at least as similar as the best right one. */
function rankOfBest(
  count: number,
  similarityOf: (candidate: number) => number,
  isRight: (candidate: number) => boolean,
): number {
  let best = -Infinity
  for (let candidate = 0; candidate < count; candidate++)
    if (isRight(candidate)) best = Math.max(best, similarityOf(candidate))
  let rank = 0
  for (let candidate = 0; candidate < count; candidate++)
    if (!isRight(candidate) && similarityOf(candidate) >= best) rank++
  return rank
}

function recalls(ranks: number[]) {
  const within = (depth: number) => (ranks.length ? ranks.filter((rank) => rank < depth).length / ranks.length : 0)
  return { r1: within(1), r5: within(5), r10: within(10) }
}
