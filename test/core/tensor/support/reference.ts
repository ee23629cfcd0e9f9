/** Plain double-precision formulas of our operations, on flat row-major arrays: the witness of the operation tests. */
export type Numbers = readonly number[]

/** Abramowitz and Stegun's 7.1.5 series: exact to 1e-15 for |x| < 5. */
export function erf(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

export const gelu = (x: Numbers) => x.map((value) => 0.5 * value * (1 + erf(value / Math.SQRT2)))
export const quickGelu = (x: Numbers) => x.map((value) => value / (1 + Math.exp(-1.702 * value)))

export function layerNorm(x: Numbers, gamma: Numbers, beta: Numbers, epsilon: number): number[] {
  return rows(x, gamma.length).flatMap((row) => {
    const mean = sum(row) / row.length
    const variance = sum(row.map((value) => (value - mean) ** 2)) / row.length
    return row.map((value, index) => ((value - mean) / Math.sqrt(variance + epsilon)) * gamma[index]! + beta[index]!)
  })
}

/** x [..., in] · weight [out, in]ᵀ + bias [out] */
export function linear(x: Numbers, weight: Numbers, inputs: number, bias?: Numbers): number[] {
  const outputs = rows(weight, inputs)
  return rows(x, inputs).flatMap((row) => outputs.map((column, index) => dot(row, column) + (bias?.[index] ?? 0)))
}

export function embedding(table: Numbers, width: number, ids: Numbers): number[] {
  return ids.flatMap((id) => table.slice(id * width, (id + 1) * width))
}

/** Loss per row; torch.nn.functional.cross_entropy with reduction none, ignore_index -100. */
export function crossEntropy(logits: Numbers, classes: number, labels: Numbers, smoothing: number): number[] {
  return rows(logits, classes).map((row, index) => {
    const label = labels[index]!
    if (label === -100) return 0
    const logs = logSoftmax(row)
    return -(1 - smoothing) * logs[label]! - (smoothing * sum(logs)) / classes
  })
}

export interface AttentionShape {
  batch: number
  heads: number
  queries: number
  keys: number
  depth: number
}

/** mask [queries, keys] is shared by the whole batch. */
export function attention(
  q: Numbers,
  k: Numbers,
  v: Numbers,
  { batch, heads, queries, keys, depth }: AttentionShape,
  mask?: Numbers,
): number[] {
  const block = (values: Numbers, index: number, length: number) =>
    rows(values.slice(index * length * depth, (index + 1) * length * depth), depth)
  return Array.from({ length: batch * heads }, (_, head) => {
    const [keyRows, valueRows] = [block(k, head, keys), block(v, head, keys)]
    return block(q, head, queries).flatMap((query, position) => {
      const scores = keyRows.map(
        (key, index) => dot(query, key) / Math.sqrt(depth) + (mask?.[position * keys + index] ?? 0),
      )
      const shares = logSoftmax(scores).map(Math.exp)
      return Array.from({ length: depth }, (_, axis) =>
        sum(shares.map((share, index) => share * valueRows[index]![axis]!)),
      )
    })
  }).flat()
}

export function logSoftmax(row: Numbers): number[] {
  const top = Math.max(...row)
  const total = Math.log(sum(row.map((value) => Math.exp(value - top)))) + top
  return row.map((value) => value - total)
}

export function rows(values: Numbers, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, index) => values.slice(index * width, (index + 1) * width))
}

export const sum = (values: Numbers) => values.reduce((total, value) => total + value, 0)
const dot = (a: Numbers, b: Numbers) => sum(a.map((value, index) => value * b[index]!))
