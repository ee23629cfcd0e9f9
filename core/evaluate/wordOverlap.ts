/** Lower case, letters and digits: what overlap is counted on. */
export const wordsOf = (caption: string): string[] => caption.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Mean over pictures of the best F1 of a caption's words, repeats counted, with one of its references. */
export function wordF1(captions: string[], references: string[][]): number {
  const best = captions.map((caption, index) =>
    Math.max(0, ...references[index]!.map((text) => overlap(caption, text))),
  )
  return best.length ? best.reduce((sum, value) => sum + value, 0) / best.length : 0
}

function overlap(caption: string, reference: string): number {
  const [given, wanted] = [wordsOf(caption), wordsOf(reference)]
  const left = tally(wanted)
  let shared = 0
  for (const word of given) {
    const count = left.get(word) ?? 0
    if (count > 0) shared++
    left.set(word, count - 1)
  }
  return shared === 0 ? 0 : (2 * shared) / (given.length + wanted.length)
}

/** How often each item occurs. */
export function tally(items: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}
