/** 'javascript': tfjs's own CPU backend with tfjs's own gradients. */
export type Witness = 'pjrt' | 'libtensorflow' | 'javascript'

/** What a case gave on a runtime, in a form that crosses processes: JSON has no NaN and no Infinity. */
export interface Outcome {
  name: string
  shape: number[]
  dtype: string
  values: (number | string)[]
}

/** What a witness writes: outcomes by case, or the message of what went wrong; and the operations that the cases used. */
export interface Recording {
  cases: Record<string, Outcome[] | string>
  operations: string[]
}

export const writable = (value: number): number | string => (Number.isFinite(value) ? value : String(value))

/** What differs between an outcome and the expected one, in words; null if nothing does. */
export function disagreement(given: Outcome[], expected: Outcome[], tolerance: number): string | null {
  if (given.length !== expected.length) return `${given.length} results instead of ${expected.length}`
  for (const [index, outcome] of given.entries()) {
    const words = compare(outcome, expected[index]!, tolerance)
    if (words) return words
  }
  return null
}

function compare(given: Outcome, expected: Outcome, tolerance: number): string | null {
  const about = (outcome: Outcome) => `${outcome.dtype} [${outcome.shape.join(', ')}]`
  if (about(given) !== about(expected)) return `${given.name} is ${about(given)} instead of ${about(expected)}`
  const at = given.values.findIndex((value, index) => !close(Number(value), Number(expected.values[index]), tolerance))
  if (at < 0) return null
  return `${given.name}, element ${at}: ${given.values[at]} instead of ${expected.values[at]}`
}

function close(given: number, expected: number, tolerance: number): boolean {
  if (!Number.isFinite(expected)) return Object.is(given, expected)
  return Math.abs(given - expected) <= tolerance * Math.max(1, Math.abs(expected))
}
