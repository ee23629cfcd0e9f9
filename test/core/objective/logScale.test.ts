import { beforeAll, expect, test } from 'vitest'
import { clampLogScale, temperatureOf } from '../../../core/objective/logScale.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

test.each([
  [-0.5, 0],
  [2.6592, 2.6592],
  [9, Math.log(100)],
])('a logarithm of %d is kept as %d', async (given, kept) => {
  const scale = tf.variable(tf.scalar(given))
  clampLogScale(scale)
  expect((await scale.data())[0]).toBeCloseTo(kept, 5)
})

test("CLIP's start is a temperature of 0.07", async () => {
  expect((await temperatureOf(tf.scalar(Math.log(1 / 0.07))).data())[0]).toBeCloseTo(0.07, 6)
})
