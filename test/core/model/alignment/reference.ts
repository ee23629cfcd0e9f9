import { sum, type Numbers } from '../../tensor/support/reference.ts'

/** SCAN and the alignment by best regions, written pair by pair in double precision from the papers' equations. */
export type Vectors = Numbers[]

/** S(v, e) = 1/L Σ_j max_i vᵢ · eⱼ */
export const bestRegions = (regions: Vectors, words: Vectors) =>
  mean(words.map((word) => Math.max(...regions.map((region) => dot(region, word)))))

export interface Attention {
  sharpness: number
  pooling: 'log-sum-exp' | 'mean'
  poolSharpness: number
}

/** SCAN's similarity of one picture and one text: queries look at the context. Queries are of length 1. */
export function crossAttention(queries: Vectors, context: Vectors, options: Attention): number {
  const leaky = context.map((part) => queries.map((query) => Math.max(dot(query, part), 0.1 * dot(query, part))))
  const normal = leaky.map((row) => row.map((value) => value / Math.sqrt(sum(row.map((x) => x * x)))))
  const relevance = queries.map((query, i) => {
    const weights = softmax(normal.map((row) => options.sharpness * row[i]!))
    const attended = query.map((_, d) => sum(context.map((part, j) => weights[j]! * part[d]!)))
    return dot(query, attended) / Math.sqrt(dot(query, query) * dot(attended, attended))
  })
  if (options.pooling === 'mean') return mean(relevance)
  return Math.log(sum(relevance.map((r) => Math.exp(options.poolSharpness * r)))) / options.poolSharpness
}

export const unitRows = (flat: Numbers, width: number): Vectors =>
  Array.from({ length: flat.length / width }, (_, row) => {
    const values = flat.slice(row * width, (row + 1) * width)
    return values.map((value) => value / Math.sqrt(dot(values, values)))
  })

const mean = (values: number[]) => sum(values) / values.length

function softmax(values: number[]): number[] {
  const powers = values.map(Math.exp)
  return powers.map((power) => power / sum(powers))
}

const dot = (a: Numbers, b: Numbers) => sum(a.map((value, i) => value * b[i]!))
