import { tf } from '../../../../core/tensor/index.ts'
import { sum, type Numbers } from './reference.ts'

/** Fixed numbers between -1 and 1. */
export function numbers(length: number, seed = 1): number[] {
  let state = 48271 * seed
  return Array.from({ length }, () => {
    state = (state * 16807) % 2147483647
    return Math.fround((state / 2147483647) * 2 - 1)
  })
}

/** The largest difference, absolute for small values and relative for large ones; NaN or Infinity if they can't be compared. */
export function difference(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (given.length !== expected.length) return Infinity
  return Math.max(
    0,
    ...Array.from(expected, (value, index) => Math.abs(given[index]! - value) / Math.max(1, Math.abs(value))),
  )
}

export interface Operand {
  values: number[]
  shape: number[]
}

export const operand = (shape: number[], seed: number): Operand => ({
  shape,
  values: numbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ),
})

/**
 * The largest difference of an operation's values and gradients from the reference, whose central differences in double precision
 * stand for its gradients.
 */
export function operationError(
  operation: (...x: tf.Tensor[]) => tf.Tensor,
  reference: (...x: Numbers[]) => number[],
  operands: Operand[],
): number {
  const inputs = operands.map(({ values }) => values)
  const weights = numbers(reference(...inputs).length, 99)
  return tf.tidy(() => {
    const tensors = operands.map(({ values, shape }) => tf.tensor(values, shape))
    const value = operation(...tensors)
    const weighted = (...x: tf.Tensor[]) => tf.sum(tf.mul(operation(...x), tf.tensor(weights, value.shape)))
    const gradients = tf.grads(weighted)(tensors)
    const score = (values: Numbers[]) => sum(reference(...values).map((result, index) => result * weights[index]!))
    const errors = gradients.map((gradient, index) => {
      const fits = `${gradient.shape}` === `${operands[index]!.shape}`
      return fits ? difference(gradient.dataSync(), differences(score, inputs, index)) : Infinity
    })
    return Math.max(difference(value.dataSync(), reference(...inputs)), ...errors)
  })
}

function differences(score: (values: Numbers[]) => number, inputs: Numbers[], which: number): number[] {
  const step = 1e-5
  const moved = (at: number, by: number) =>
    inputs.map((values, index) => (index === which ? values.map((x, i) => (i === at ? x + by : x)) : values))
  return inputs[which]!.map((_, at) => (score(moved(at, step)) - score(moved(at, -step))) / (2 * step))
}
