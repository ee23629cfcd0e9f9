import type { TrainingPair } from './batches.ts'

/** The first pairs, `count` at most, that share neither picture nor text; letters' case makes no other text. */
export function distinctPairs<Pair extends TrainingPair>(pairs: Pair[], count: number): Pair[] {
  const seen = new Set<string>()
  const chosen: Pair[] = []
  for (const pair of pairs) {
    if (chosen.length === count) break
    const own = [`picture ${pair.sampleId}`, `text ${pair.text.trim().toLowerCase()}`]
    if (own.some((key) => seen.has(key))) continue
    for (const key of own) seen.add(key)
    chosen.push(pair)
  }
  return chosen
}
