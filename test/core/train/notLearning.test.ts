import { expect, test } from 'vitest'
import { createStallWatch } from '../../../core/train/notLearning.ts'

const prior = { report: 'itm', value: 0.6365, tolerance: 0.005, code: 'itm-prior' }
const chance = { report: 'itc', value: Math.log(64), tolerance: 0.02, code: 'contrast-chance' }
const watch = () => createStallWatch([prior, chance], { warmupSteps: 20 })

test('recognises a matching head that stays at its prior, after five rows', () => {
  const look = watch()
  const signs = [30, 40, 50, 60, 70].map((step) => look(step, { itm: 0.637, itc: 2 }))
  expect(signs.slice(0, 4)).toEqual([null, null, null, null])
  expect(signs[4]).toEqual({ code: 'itm-prior', report: 'itm', value: 0.6365, step: 70 })
})

test('says nothing during warm-up, and nothing of a loss that only passes through', () => {
  const look = watch()
  for (let step = 1; step <= 20; step++) expect(look(step, { itc: Math.log(64) })).toBeNull()
  const falling = Array.from({ length: 20 }, (_, row) => look(21 + row, { itc: 4.4 - 0.05 * row }))
  expect(falling.every((sign) => sign === null)).toBe(true)
})

test('takes it back once the loss has left', () => {
  const look = watch()
  for (let step = 30; step < 80; step += 10) look(step, { itc: Math.log(64) })
  expect(look(80, { itc: Math.log(64) })?.code).toBe('contrast-chance')
  expect(look(90, { itc: 3.9 })).toBeNull()
})
