import { expect, test } from 'vitest'
import { bench as load } from '../../bench/load.ts'
import { bench as memory } from '../../bench/memory.ts'
import { bench as start } from '../../bench/start.ts'
import { bench as train } from '../../bench/train.ts'

const smoke = { quick: true, alone: true, only: [] }

test('the training benchmark runs, and its captured step agrees with the eager one', { timeout: 240_000 }, async () => {
  const rows = await Array.fromAsync(train(smoke))
  expect(rows[0]).toMatchObject({ unit: 'pairs/s', peer: null, target: null, n: 2 })
  for (const row of rows) expect(row.note).toContain("agree with our eager step's within")
})

test('the memory benchmark reports what the process had resident', { timeout: 240_000 }, async () => {
  const [row] = await Array.fromAsync(memory(smoke))
  expect(row!.ours).toBeGreaterThan(100)
})

test('the start benchmark launches each mode twice', { timeout: 240_000 }, async () => {
  const rows = await Array.fromAsync(start(smoke))
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(row.ours).toBeGreaterThan(0)
})

test(
  'a launch that takes longer than the limit is given up, and the record says so',
  { timeout: 120_000 },
  async () => {
    const rows = await Array.fromAsync(start({ ...smoke, limit: 0.05 }))
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toMatchObject({ ours: 0.05, ratio: null, note: 'not finished in 0.05 s' })
  },
)

test(
  'the loading benchmark tells first epochs from later ones, and what training waits',
  { timeout: 240_000 },
  async () => {
    const rows = await load({ ...smoke, only: ['640', 'train'] })
    expect(rows.map(({ name }) => name)).toEqual([
      expect.stringContaining('first epoch'),
      expect.stringContaining('later epochs'),
      expect.stringContaining('first epoch: waits'),
      expect.stringContaining('second epoch: waits'),
    ])
    for (const { ours } of rows) expect(ours).toBeGreaterThanOrEqual(0)
  },
)
