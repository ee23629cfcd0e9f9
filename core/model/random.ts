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

/**
 * Fills `data` with normal numbers of mean 0 and the given deviation, none further than two deviations from 0: the same
 * for the same seed on every machine. A draw looks its value up among the quantiles, so it costs no logarithm: fresh
 * weights of hundreds of millions of numbers take seconds.
 */
export function fillTruncatedNormal(data: Float32Array, deviation: number, seed: number): void {
  table ??= truncatedQuantiles()
  let state = seed | 0
  for (let i = 0; i < data.length; i++) {
    // The stream of `seeded`, written out: a call for each number would take as long as the rest.
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    mixed ^= mixed >>> 15
    const at = mixed >>> restBits
    const below = table[at]!
    data[i] = deviation * (below + (table[at + 1]! - below) * ((mixed & restMask) / (restMask + 1)))
  }
}

const tableBits = 12
const restBits = 32 - tableBits
const restMask = 2 ** restBits - 1
let table: Float64Array | null = null

/** The integral of exp(-x²/2) from -2 to 2. */
const bellArea = 2.392576026645216

/** Quantiles of the standard normal distribution between -2 and 2, at 2^12 equal steps of chance from 0 to 1. */
function truncatedQuantiles(): Float64Array {
  const half = 2 ** (tableBits - 1)
  const quantiles = new Float64Array(2 * half + 1)
  // The quantile grows by one over the density: dx/dp = area · exp(x²/2), from the median on (Runge-Kutta).
  const slope = (x: number) => (bellArea / (2 * half)) * Math.exp((x * x) / 2)
  for (let step = 0, x = 0; step < half; step++) {
    const first = slope(x)
    const second = slope(x + first / 2)
    const third = slope(x + second / 2)
    x += (first + 2 * second + 2 * third + slope(x + third)) / 6
    quantiles[half + step + 1] = x
    quantiles[half - step - 1] = -x
  }
  return quantiles
}

/** A seed for a named part of something seeded (FNV-1a over the name), so that parts don't depend on their order. */
export function seedFor(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}
