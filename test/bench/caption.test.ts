import { expect, test } from 'vitest'
import { bench as caption } from '../../bench/caption.ts'
import { bench as score } from '../../bench/score.ts'

const smoke = { quick: true, alone: true, only: [] }

test('the captioning benchmark holds every method against the uncached form', { timeout: 240_000 }, async () => {
  const rows = await caption(smoke)
  expect(rows.map(({ name }) => name)).toEqual(
    ['greedy', '3 beams', 'nucleus'].map((name) => expect.stringContaining(name)),
  )
  for (const { ours, note } of rows) {
    expect(ours).toBeGreaterThan(0)
    expect(note).toContain("tokens of 2 equal the uncached form's")
  }
})

test('the scoring benchmark judges captions', { timeout: 240_000 }, async () => {
  const [row] = await score(smoke)
  expect(row).toMatchObject({ unit: 'captions/s', peer: null, n: 1 })
  expect(row!.ours).toBeGreaterThan(0)
})
