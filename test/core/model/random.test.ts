import { expect, test } from 'vitest'
import { fillTruncatedNormal } from '../../../core/model/random.ts'

function drawn(count: number, deviation: number, seed: number): Float32Array {
  const data = new Float32Array(count)
  fillTruncatedNormal(data, deviation, seed)
  return data
}

const mean = (values: Float32Array, of: (value: number) => number) =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length

test('truncated normal numbers have the moments of the normal distribution between -2 and 2', () => {
  const values = drawn(1 << 20, 1, 3)
  // exact: 1 - 4 φ(2) / 0.9545 and, for the fourth, 3 · that - 16 φ(2) / 0.9545
  expect(mean(values, (x) => x)).toBeCloseTo(0, 2)
  expect(mean(values, (x) => x ** 2)).toBeCloseTo(0.7737, 2)
  expect(mean(values, (x) => x ** 4)).toBeCloseTo(1.4161, 2)
  expect(values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThanOrEqual(2)
})

test('as many numbers lie below each point as the distribution says', () => {
  const values = drawn(1 << 20, 1, 4)
  const share = (limit: number) => mean(values, (x) => Number(x < limit))
  // (Φ(x) - Φ(-2)) / (Φ(2) - Φ(-2))
  expect(share(-1.5)).toBeCloseTo(0.04616, 2.5)
  expect(share(-0.5)).toBeCloseTo(0.29941, 2.5)
  expect(share(0)).toBeCloseTo(0.5, 2.5)
  expect(share(1)).toBeCloseTo(0.85762, 2.5)
  expect(share(1.9)).toBeCloseTo(0.99375, 2.5)
})

test('the deviation scales the numbers, and the largest reach it twice', () => {
  const values = drawn(1 << 20, 0.02, 5)
  const most = values.reduce((most, x) => Math.max(most, x), 0)
  expect(most).toBeGreaterThan(0.03999)
  expect(most).toBeLessThanOrEqual(Math.fround(0.04))
})

test('a seed gives the same numbers on every machine, however many are drawn', () => {
  expect([...drawn(4, 1, 7)]).toEqual([...drawn(9, 1, 7).subarray(0, 4)])
  expect([...drawn(4, 1, 7)]).not.toEqual([...drawn(4, 1, 8)])
  expect([...drawn(4, 1, 7)]).toMatchInlineSnapshot(`
    [
      1.1541587114334106,
      1.733906626701355,
      -0.8385350704193115,
      -0.2818451225757599,
    ]
  `)
})
