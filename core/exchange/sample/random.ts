/** Uniform numbers from 0 up to, but not including, 1. */
export type Random = () => number

/** A repeatable stream of random numbers; another seed text gives an unrelated stream. Generator: sfc32 (PractRand). */
export function seededRandom(seed: string): Random {
  let [a, b, c, counter] = hash128(seed)
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

/** Four FNV-1a hashes of one text, each from another start. */
function hash128(text: string): [number, number, number, number] {
  const hash = (start: number) => {
    let value = start
    for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
    return value ^ (value >>> 15)
  }
  return [hash(0x811c9dc5), hash(0x9e3779b9), hash(0x85ebca6b), 1]
}

export function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random()
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!
}

/** Picks a key with a probability in proportion to its weight. */
export function pickWeighted<Key extends string>(random: Random, weights: Record<Key, number>): Key {
  const keys = Object.keys(weights) as Key[]
  return keys[
    weightedIndex(
      random,
      keys.map((key) => weights[key]),
    )
  ]!
}

export function weightedIndex(random: Random, weights: readonly number[]): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  const index = weights.findIndex((weight) => (left -= weight) < 0)
  return index < 0 ? weights.length - 1 : index
}

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[result[last], result[other]] = [result[other]!, result[last]!]
  }
  return result
}
