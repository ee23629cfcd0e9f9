import { expect, test } from 'vitest'
import { bench as load } from '../../bench/load.ts'
import { bench as memory } from '../../bench/memory.ts'
import { bench as quality } from '../../bench/quality.ts'
import { bench as start } from '../../bench/start.ts'
import { bench as systems } from '../../bench/systems.ts'
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

test(
  'the systems benchmark trains the named recipe alone and sets its figures beside chance',
  { timeout: 240_000 },
  async () => {
    const rows = await Array.fromAsync(systems({ ...smoke, only: ['vse'] }))
    expect(rows.map(({ name, peerName, n }) => [name, peerName, n])).toEqual([['vse: retrieval R@1', 'chance', 1]])
    expect(rows[0]!.peer).toBeCloseTo(100 / 24)
  },
)

test(
  'the quality benchmark trains accepted, filtered, random and all pairs from one start',
  { timeout: 240_000 },
  async () => {
    const rows = await Array.fromAsync(quality(smoke))
    expect(rows.map(({ name }) => name)).toEqual(
      ['accepted', 'filtered', 'filtered, weighted', 'random', 'random, weighted', 'all noisy'].flatMap((arm) => [
        `${arm}: retrieval R@1`,
        `${arm}: captions, word F1`,
      ]),
    )
    const retrieval = rows.filter(({ name }) => name.includes('retrieval'))
    expect(new Set(retrieval.map(({ peer }) => peer)).size).toBe(1)
    expect(retrieval[0]!.note).toContain('16 pairs, 100 % true')
    const trueOf = (arm: string) => {
      const { note } = retrieval.find(({ name }) => name.startsWith(`${arm}:`))!
      return Number(/16 pairs, (\d+) % true/.exec(note!)![1])
    }
    expect(trueOf('random')).toBeLessThan(80)
    // the filter that comes with the sample is right about nearly all that it keeps
    expect(trueOf('filtered')).toBeGreaterThan(80)
  },
)
