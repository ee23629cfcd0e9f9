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
