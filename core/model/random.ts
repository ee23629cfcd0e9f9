/** A stream of numbers in [0, 1), the same for the same seed on every machine (splitmix32). */
export type Random = () => number

/** Starts a stream; nearby seeds give unrelated streams. */
export function seeded(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    return (mixed >>> 0) / 2 ** 32
  }
}

/** Normal numbers (Box-Muller) of mean 0 and the given deviation; none is further than two deviations from 0. */
export function truncatedNormal(random: Random, deviation: number): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    const value = radius * Math.cos(2 * Math.PI * random())
    if (Math.abs(value) <= 2) return value * deviation
  }
}

/** A seed for a named part of something seeded (FNV-1a over the name), so that parts don't depend on their order. */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}
