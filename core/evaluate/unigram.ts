/**
 * What a captioner that doesn't look at the picture reaches: the baselines that a trained one has to beat.
 * Captions are token ids without padding and without the first mark; the closing mark is one of the tokens.
 */

/**
 * Cross-entropy per token, in nats, of held-out captions under the frequencies of the training captions' tokens. Every token
 * of the vocabulary counts once more than it was seen (Laplace), so that none is impossible.
 */
export function unigramCrossEntropy(
  training: ArrayLike<number>[],
  heldOut: ArrayLike<number>[],
  vocabularySize: number,
): number {
  const counts = new Float64Array(vocabularySize).fill(1)
  for (const caption of training) for (const token of Array.from(caption)) counts[token]!++
  const total = counts.reduce((sum, count) => sum + count, 0)
  const tokens = heldOut.flatMap((caption) => Array.from(caption))
  const nats = tokens.reduce((sum, token) => sum - Math.log(counts[token]! / total), 0)
  return tokens.length ? nats / tokens.length : 0
}

/** The caption that stands under most pictures, the first of equally common ones; '' for none. */
export function mostCommonCaption(captions: string[]): string {
  const counts = new Map<string, number>()
  for (const caption of captions) counts.set(caption, (counts.get(caption) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), ['', 0] as [string, number])[0]
}
