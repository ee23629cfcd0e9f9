import { tally, wordsOf } from './wordOverlap.ts'

const longest = 4
/** Deviation of the penalty for another length. */
const spread = 6

/** A text's n-grams by tf-idf, for each n. */
interface Vector {
  weights: Map<string, number>[]
  norms: number[]
  length: number
}

/**
 * CIDEr-D, as pycocoevalcap computes it (Vedantam et al., arXiv 1411.5726): tf-idf of 1- to 4-grams with document frequencies
 * over these very references, products clipped, a Gaussian penalty for another length, mean over n and references, times 10.
 * Its value belongs to the set it was measured on; a single picture gives 0.
 * @param references for each caption at least one
 */
export function ciderD(captions: string[], references: string[][]): number {
  if (captions.length === 0) return 0
  const documents = documentFrequencies(references)
  const logCount = Math.log(references.length)
  const vector = (text: string) => vectorOf(text, documents, logCount)
  const scores = captions.map((caption, index) => {
    const given = vector(caption)
    const each = references[index]!.map((reference) => similarity(given, vector(reference)))
    return (10 * each.reduce((sum, value) => sum + value, 0)) / each.length
  })
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

/** In how many pictures' references each n-gram occurs. */
function documentFrequencies(references: string[][]): Map<string, number> {
  return tally(
    references.flatMap((texts) => [
      ...new Set(texts.flatMap((text) => [...ngrams(text).flatMap((counts) => [...counts.keys()])])),
    ]),
  )
}

/** For each n the n-grams with their counts. */
function ngrams(text: string): Map<string, number>[] {
  const words = wordsOf(text)
  return Array.from({ length: longest }, (_, i) =>
    tally(Array.from({ length: Math.max(0, words.length - i) }, (_, at) => words.slice(at, at + i + 1).join(' '))),
  )
}

function vectorOf(text: string, documents: Map<string, number>, logCount: number): Vector {
  const counts = ngrams(text)
  const weights = counts.map(
    (each) =>
      new Map(
        [...each].map(([ngram, count]) => [
          ngram,
          count * (logCount - Math.log(Math.max(1, documents.get(ngram) ?? 0))),
        ]),
      ),
  )
  const norms = weights.map((each) => Math.sqrt([...each.values()].reduce((sum, weight) => sum + weight ** 2, 0)))
  // Subtle: the reference counts a text's length in 2-grams.
  return { weights, norms, length: [...counts[1]!.values()].reduce((sum, count) => sum + count, 0) }
}

function similarity(given: Vector, wanted: Vector): number {
  const penalty = Math.exp(-((given.length - wanted.length) ** 2) / (2 * spread ** 2))
  const each = given.weights.map((weights, i) => {
    const norm = given.norms[i]! * wanted.norms[i]!
    if (norm === 0) return 0
    const products = [...weights].map(([ngram, weight]) => {
      const other = wanted.weights[i]!.get(ngram) ?? 0
      return Math.min(weight, other) * other
    })
    return (penalty * products.reduce((sum, value) => sum + value, 0)) / norm
  })
  return each.reduce((sum, value) => sum + value, 0) / longest
}
