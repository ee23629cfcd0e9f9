import { expect } from 'vitest'
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

/** Every value within `tolerance`, absolute for small values and relative for large ones. */
export function expectClose(given: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number) {
  expect(given.length).toBe(expected.length)
  const worst = Math.max(...Array.from(expected, (value, index) => Math.abs(given[index]! - value) / Math.max(1, Math.abs(value))))
  expect(worst, `largest difference ${worst}`).toBeLessThan(tolerance)
}

export interface Operand {
  values: number[]
  shape: number[]
}

export const operand = (shape: number[], seed: number): Operand => ({ shape, values: numbers(shape.reduce((a, b) => a * b, 1), seed) })

/**
 * Checks an operation's values against the reference, and its gradient by each operand against central differences of the reference
 * (in double precision, so that the tolerance judges the gradient and not the differences).
 */
export function checkOperation(operation: (...x: tf.Tensor[]) => tf.Tensor, reference: (...x: Numbers[]) => number[], operands: Operand[], tolerance = 2e-5) {
  const inputs = operands.map(({ values }) => values)
  const weights = numbers(reference(...inputs).length, 99)
  tf.tidy(() => {
    const tensors = operands.map(({ values, shape }) => tf.tensor(values, shape))
    const value = operation(...tensors)
    expectClose(value.dataSync(), reference(...inputs), tolerance)
    const weighted = (...x: tf.Tensor[]) => tf.sum(tf.mul(operation(...x), tf.tensor(weights, value.shape)))
    const gradients = tf.grads(weighted)(tensors)
    const score = (values: Numbers[]) => sum(reference(...values).map((result, index) => result * weights[index]!))
    gradients.forEach((gradient, index) => {
      expect(gradient.shape).toEqual(operands[index]!.shape)
      expectClose(gradient.dataSync(), differences(score, inputs, index), tolerance * 5)
    })
  })
}

function differences(score: (values: Numbers[]) => number, inputs: Numbers[], which: number): number[] {
  const step = 1e-5
  const moved = (at: number, by: number) => inputs.map((values, index) => (index === which ? values.map((x, i) => (i === at ? x + by : x)) : values))
  return inputs[which]!.map((_, at) => (score(moved(at, step)) - score(moved(at, -step))) / (2 * step))
}
