import { seeded } from '../model/random.ts'

/** Mixes whole numbers to one unsigned 32-bit number (murmur3's finaliser after each). */
export function mix(...numbers: number[]): number {
  let hash = 0x9e3779b9
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

/** A permutation of 0 … count - 1 (Fisher and Yates), always the same for the same seed. */
export function permutation(count: number, seed: number): Uint32Array {
  const random = seeded(seed)
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const moved = order[last]!
    order[last] = order[other]!
    order[other] = moved
  }
  return order
}

/**
 * As many draws as there are weights, in a seeded order: each index round(its share of the draws), up or down by a systematic
 * sample (Carpenter et al. 1999), so that an epoch strays less from the weights than independent draws would.
 */
export function weightedOrder(weights: Float64Array, seed: number): Uint32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const random = seeded(mix(seed, 1))
  const drawn = new Uint32Array(weights.length)
  const offset = random()
  let reached = 0
  let at = 0
  weights.forEach((weight, index) => {
    reached += (weight / total) * weights.length
    while (at < drawn.length && at + offset < reached) drawn[at++] = index
  })
  drawn.fill(weights.length - 1, at) // what rounding left over
  return permutation(drawn.length, seed).map((place) => drawn[place]!)
}
