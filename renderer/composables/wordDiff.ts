export interface DiffWord {
  text: string
  /** False where the other caption lacks the word. */
  common: boolean
}

/** Words of a caption; runs of Chinese characters count one by one, as they have no spaces. */
export function words(text: string): string[] {
  return text.match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? []
}

const bare = (word: string) => word.toLowerCase().replace(/^[\p{P}]+|[\p{P}]+$/gu, '')

/**
 * Marks the words that two captions do not share, in order (longest common subsequence).
 * Captions are short; beyond `maxWords` the rest is taken as different.
 */
export function wordDifferences(left: string, right: string, maxWords = 120): { left: DiffWord[]; right: DiffWord[] } {
  const a = words(left)
  const b = words(right)
  const m = Math.min(a.length, maxWords)
  const n = Math.min(b.length, maxWords)
  // lengths[i][j]: common words of a from i and b from j.
  const lengths = Array.from({ length: m + 1 }, () => new Uint16Array(n + 1))
  for (let i = m - 1; i >= 0; i--) {
    for (let j = n - 1; j >= 0; j--) {
      const same = bare(a[i]!) === bare(b[j]!)
      lengths[i]![j] = same ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
    }
  }
  const common = { left: new Set<number>(), right: new Set<number>() }
  for (let i = 0, j = 0; i < m && j < n;) {
    if (bare(a[i]!) === bare(b[j]!)) {
      common.left.add(i++)
      common.right.add(j++)
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++
    else j++
  }
  return {
    left: a.map((text, at) => ({ text, common: common.left.has(at) })),
    right: b.map((text, at) => ({ text, common: common.right.has(at) })),
  }
}
