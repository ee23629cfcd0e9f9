import { expect, test } from 'vitest'
import { alternate, compareRates } from '../../../bench/harness/measure.ts'

test('sides take turns in the opposite order every other round, and warm-ups are not counted', async () => {
  const order: string[] = []
  const side = (name: string) => ({ name, run: async () => void order.push(name) })
  const times = await alternate([side('a'), side('b')], { turns: 2, warmUps: 1, pauseMs: 0 })
  expect(order.join('')).toBe('baabba')
  expect(times.map(({ ms }) => ms.length)).toEqual([2, 2])
})

test('a side that measures itself is believed, another is measured here', async () => {
  const sleep = () => new Promise<void>((resolve) => setTimeout(resolve, 20))
  const sides = [
    { name: 'own', run: async () => ({ ms: 5, cpuMs: 9 }) },
    { name: 'measured', run: sleep },
  ]
  const [own, measured] = await alternate(sides, { turns: 1, warmUps: 0, pauseMs: 0 })
  expect(own).toEqual({ name: 'own', ms: [5], cpuMs: [9] })
  expect(measured!.ms[0]).toBeGreaterThan(15)
})

test('a row compares medians with the fastest of the peers and names all of them', () => {
  const times = (name: string, ...ms: number[]) => ({ name, ms, cpuMs: ms })
  const row = compareRates({
    name: 'step',
    unit: 'pairs/s',
    amount: 10,
    ours: times('ours', 100, 90, 900),
    peers: [times('eager', 150, 130, 140), times('compile', 120, 110, 130)],
    target: 1.25,
  })
  expect(row).toMatchObject({ ours: 100, peer: 83.33, peerName: 'compile', ratio: 1.2, pass: false, n: 3 })
  expect(row.note).toContain('eager 140 ms (least 130')
})
