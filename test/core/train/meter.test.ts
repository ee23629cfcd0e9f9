import { expect, test } from 'vitest'
import { knobsOf, recipeNamed } from '../../../core/train/index.ts'
import { createMeter } from '../../../core/train/meter.ts'

const report = { loss: 2, itc: 1, itm: 0, lm: 3, gradientNorm: 4, temperature: 0.1 }

test('reports means since the last report, of the losses that count, with rate and speed', () => {
  let clock = 0
  const meter = createMeter(knobsOf(recipeNamed('captioner'), { batchSize: 10 }), () => clock)
  meter.add(report, 0.5)
  meter.add({ ...report, lm: 5 }, 0.25)
  clock = 4000
  expect(meter.take()).toEqual({ loss: 2, lm: 4, gradientNorm: 4, temperature: 0.1, rate: 0.25, pairsPerSecond: 5 })
  meter.add({ ...report, lm: 7 }, 0.1)
  clock = 6000
  expect(meter.take()).toMatchObject({ lm: 7, pairsPerSecond: 5 })
})

test('counts the pairs of every batch that a step accumulates', () => {
  let clock = 0
  const meter = createMeter(knobsOf(recipeNamed('captioner'), { batchSize: 10, accumulate: 3 }), () => clock)
  meter.add(report, 0.5)
  clock = 2000
  expect(meter.take()).toMatchObject({ pairsPerSecond: 15 })
})
