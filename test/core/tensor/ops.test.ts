import { beforeAll, describe, expect, test } from 'vitest'
import {
  attention,
  embedding,
  gelu,
  layerNorm,
  linear,
  quickGelu,
  softmaxCrossEntropy,
  startTensor,
  tf,
} from '../../../core/tensor/index.ts'
import { difference, numbers, operand, operationError } from './support/check.ts'
import * as reference from './support/reference.ts'

beforeAll(() => startTensor())

const tolerance = 2e-5

describe('layerNorm', () => {
  test('agrees with the formula and its differences', () => {
    expect(
      operationError(
        (x, gamma, beta) => layerNorm(x, gamma, beta, 1e-5),
        (x, gamma, beta) => reference.layerNorm(x, gamma, beta, 1e-5),
        [operand([2, 3, 8], 1), operand([8], 2), operand([8], 3)],
      ),
    ).toBeLessThan(tolerance)
  })

  test('keeps a row of equal values finite', () => {
    const [y, slope] = tf.tidy(() => {
      const x = tf.fill([1, 4], 3)
      const f = (value: tf.Tensor) => tf.sum(layerNorm(value, tf.fill([4], 1), tf.fill([4], 0.5), 1e-6))
      return [layerNorm(x, tf.fill([4], 1), tf.fill([4], 0.5), 1e-6).dataSync(), tf.grad(f)(x).dataSync()]
    })
    expect([...y!]).toEqual([0.5, 0.5, 0.5, 0.5])
    expect(difference(slope!, [0, 0, 0, 0])).toBeLessThan(1e-6)
  })
})

describe('gelu', () => {
  const wide = { shape: [40], values: numbers(40).map((value) => value * 4) }

  test('is exact and agrees with its differences', () =>
    expect(operationError(gelu, reference.gelu, [wide])).toBeLessThan(tolerance))
  test('quick form agrees with its differences', () =>
    expect(operationError(quickGelu, reference.quickGelu, [wide])).toBeLessThan(tolerance))
  test('differs from the tanh approximation where torch does', () => {
    expect(tf.tidy(() => gelu(tf.scalar(2)).dataSync()[0])).toBeCloseTo(1.9544997, 6)
  })
})

describe('linear', () => {
  test('takes any leading axes', () => {
    expect(
      operationError(
        (x, weight, bias) => linear(x, weight, bias),
        (x, weight, bias) => reference.linear(x, weight, 5, bias),
        [operand([2, 3, 5], 1), operand([4, 5], 2), operand([4], 3)],
      ),
    ).toBeLessThan(tolerance)
  })

  test('works without a bias and on a single row', () => {
    expect(
      operationError(
        (x, weight) => linear(x, weight),
        (x, weight) => reference.linear(x, weight, 5),
        [operand([5], 1), operand([3, 5], 2)],
      ),
    ).toBeLessThan(tolerance)
  })

  test('refuses a weight of another width by name', () => {
    expect(() => linear(tf.zeros([2, 3]), tf.zeros([4, 5]))).toThrow(expect.objectContaining({ code: 'tensor-shape' }))
  })
})

describe('embedding', () => {
  const ids = [3, 0, 3, 1, 3, 4]

  test('adds up the gradient of rows that are used more than once', () => {
    expect(
      operationError(
        (table) => embedding(table, tf.tensor2d(ids, [2, 3], 'int32')),
        (table) => reference.embedding(table, 4, ids),
        [operand([5, 4], 1)],
      ),
    ).toBeLessThan(tolerance)
  })

  test('refuses an id out of range in eager mode', () => {
    expect(() => tf.tidy(() => embedding(tf.zeros([5, 4]), tf.tensor1d([5], 'int32')))).toThrow(
      expect.objectContaining({ code: 'tensor-invalid' }),
    )
  })
})

describe('softmaxCrossEntropy', () => {
  const labels = [2, -100, 0, 5]

  for (const smoothing of [0, 0.1]) {
    test(`agrees with the formula at smoothing ${smoothing}, and ignores rows of label -100`, () => {
      expect(
        operationError(
          (logits) => softmaxCrossEntropy(logits, tf.tensor1d(labels, 'int32'), { smoothing }),
          (logits) => reference.crossEntropy(logits, 6, labels, smoothing),
          [operand([4, 6], 4)],
        ),
      ).toBeLessThan(tolerance)
    })
  }

  test('smooths as torch does: worked by hand', () => {
    // softmax of [0, ln 3] is [1/4, 3/4]; 0.8 · ln 4 + 0.2 · (ln 4 + ln 4/3) / 2
    const loss = tf.tidy(
      () =>
        softmaxCrossEntropy(tf.tensor2d([[0, Math.log(3)]]), tf.tensor1d([0], 'int32'), {
          smoothing: 0.2,
        }).dataSync()[0],
    )
    expect(loss).toBeCloseTo(0.9 * Math.log(4) + 0.1 * Math.log(4 / 3), 6)
  })

  test('stays finite with huge logits', () => {
    const loss = tf.tidy(
      () =>
        softmaxCrossEntropy(tf.tensor2d([[1e4, -1e4]]), tf.tensor1d([1], 'int32'), { smoothing: 0.1 }).dataSync()[0],
    )
    expect(loss).toBeCloseTo(0.95 * 2e4, 0)
  })
})

describe('attention', () => {
  const shape = { batch: 2, heads: 2, queries: 3, keys: 4, depth: 5 }
  const operands = [operand([2, 2, 3, 5], 1), operand([2, 2, 4, 5], 2), operand([2, 2, 4, 5], 3)]

  test('agrees with the formula', () => {
    expect(
      operationError(
        (q, k, v) => attention(q, k, v),
        (q, k, v) => reference.attention(q, k, v, shape),
        operands,
      ),
    ).toBeLessThan(tolerance)
  })

  test('adds a mask that is shared by batch and heads', () => {
    const mask = Array.from({ length: 12 }, (_, index) => (index % 4 > Math.floor(index / 4) ? -1e4 : 0))
    expect(
      operationError(
        (q, k, v) => attention(q, k, v, tf.tensor(mask, [1, 1, 3, 4])),
        (q, k, v) => reference.attention(q, k, v, shape, mask),
        operands,
      ),
    ).toBeLessThan(tolerance)
  })
})
