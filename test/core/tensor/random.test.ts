import { beforeAll, describe, expect, test } from 'vitest'
import {
  capture,
  categorical,
  dropout,
  fold,
  randomNormal,
  randomUniform,
  startTensor,
  tf,
} from '../../../core/tensor/index.ts'
import { difference } from './support/check.ts'

beforeAll(() => startTensor())

const seedOf = (a: number, b: number) => tf.tensor1d([a, b], 'int32')
const read = (make: () => tf.Tensor) => tf.tidy(() => make().dataSync())
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length

describe('uniform numbers', () => {
  test('are the same for the same seed and other for another', () => {
    const [a, b, c] = [seedOf(1, 2), seedOf(1, 2), seedOf(2, 1)].map((seed) => [
      ...read(() => randomUniform([50], seed)),
    ])
    expect(a).toEqual(b)
    expect(a!.filter((value, index) => value === c![index]).length).toBe(0)
  })

  test('fill [0, 1) evenly', () => {
    const values = Array.from(read(() => randomUniform([100, 100], seedOf(3, -4))))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length,
    )
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150) // 5 standard deviations
  })
})

test('normal numbers have mean 0, variance 1 and normal tails', () => {
  const values = Array.from(read(() => randomNormal([20000], seedOf(5, 6))))
  expect(Math.abs(mean(values))).toBeLessThan(0.035)
  expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05)
  expect(Math.abs(mean(values.map((value) => (Math.abs(value) > 1.96 ? 1 : 0))) - 0.05)).toBeLessThan(0.008)
})

describe('fold', () => {
  test('gives other seeds for other numbers and does not commute', () => {
    const seeds = [0, 1, 2].map((n) => `${read(() => fold(seedOf(7, 7), n))}`)
    expect(new Set(seeds).size).toBe(3)
    expect(`${read(() => fold(fold(seedOf(7, 7), 1), 2))}`).not.toBe(`${read(() => fold(fold(seedOf(7, 7), 2), 1))}`)
  })
})

describe('dropout', () => {
  test('zeroes the given share, scales the rest, and lets the gradient through where values passed', () => {
    const [y, slope] = tf.tidy(() => {
      const f = (x: tf.Tensor) => dropout(x, 0.25, seedOf(1, 1))
      const x = tf.fill([4000], 3)
      return [
        f(x).dataSync(),
        tf
          .grad((value) => tf.sum(f(value)))(x)
          .dataSync(),
      ]
    })
    expect(new Set(y)).toEqual(new Set([0, 4]))
    expect(Math.abs(Array.from(y).filter((value) => value === 0).length / 4000 - 0.25)).toBeLessThan(0.035)
    expect(
      difference(
        slope,
        Array.from(y, (value) => value / 3),
      ),
    ).toBeLessThan(1e-6)
  })

  test('returns the input at rate 0', () => {
    expect([...read(() => dropout(tf.tensor1d([1, 2]), 0, seedOf(1, 1)))]).toEqual([1, 2])
  })
})

test('draws have any rank, also none', () => {
  expect(read(() => randomUniform([], seedOf(1, 2))).length).toBe(1)
  expect(read(() => randomNormal([2, 3, 4], seedOf(1, 2))).length).toBe(24)
})

test('a dropout rate of 1 or below 0 is refused', () => {
  for (const rate of [1, -0.1, NaN]) expect(() => dropout(tf.scalar(1), rate, seedOf(1, 1))).toThrow(/rate/)
})

describe('categorical', () => {
  test('draws each class with its probability', () => {
    const draws = Array.from(
      read(() =>
        categorical(tf.tile(tf.tensor2d([[Math.log(0.5), Math.log(0.3), Math.log(0.2)]]), [6000, 1]), seedOf(2, 9)),
      ),
    )
    ;[0.5, 0.3, 0.2].forEach((share, label) => {
      expect(Math.abs(draws.filter((draw) => draw === label).length / 6000 - share)).toBeLessThan(0.033)
    })
  })

  test('never draws a class that is ruled out', () => {
    const draws = read(() => categorical(tf.tile(tf.tensor2d([[0, -Infinity, 0]]), [500, 1]), seedOf(2, 9)))
    expect(new Set(draws)).toEqual(new Set([0, 2]))
  })
})

for (const xla of [false, true]) {
  test(`a ${xla ? 'step compiled by XLA' : 'captured step'} draws what eager mode draws, and other numbers for another seed`, async () => {
    const draw = (seed: tf.Tensor) => [
      randomUniform([3, 7], seed),
      randomNormal([1001], fold(seed, 4)),
      categorical(tf.zeros([30, 5]), seed),
    ]
    const step = capture(draw, { inputs: [{ shape: [2], dtype: 'int32' }], state: [], xla })
    const eager = draw(seedOf(-11, 12)).map((tensor) => tensor.dataSync())
    const captured = (await step.run([Int32Array.of(-11, 12)])).map((tensor) => tensor.dataSync())
    const other = (await step.run([Int32Array.of(-11, 13)])).map((tensor) => tensor.dataSync())
    expect(captured[0]).toEqual(eager[0])
    expect(difference(captured[1]!, eager[1]!)).toBeLessThan(1e-4)
    expect(captured[2]).toEqual(eager[2])
    expect(other[0]).not.toEqual(eager[0])
    step.dispose()
  })
}
