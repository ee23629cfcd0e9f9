import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCircle, type DemoRecord } from '../../../core/cli/demo/circle.ts'
import { tableOf } from '../../../core/cli/demo/table.ts'
import { createOutput } from '../../../core/cli/output.ts'
import { testEngine, type TestEngine } from '../../support/engine.ts'

let test: TestEngine
let record: DemoRecord

beforeAll(async () => {
  test = await testEngine()
  const silent = createOutput({ write: () => {} }, { write: () => {} })
  record = await runCircle(test.client, test.root, { all: true, quick: true, seed: 0 }, silent)
}, 120_000)
afterAll(() => test.close())

// The worker is the fake one, which scores by length: the figures mean nothing here, only which pairs went where.
describe('the demo', () => {
  it('trains each arm on its own pairs: only the curated ones are filtered', () => {
    const pairs = Object.fromEntries(Object.entries(record.retrieval.arms).map(([name, arm]) => [name, arm.pairs]))
    const { filter, captions } = record
    const human = 96
    expect(filter.kept).toBeLessThan(filter.of)
    expect(pairs).toEqual({
      raw: filter.of + human,
      filter: filter.kept + human,
      'captioner + filter': filter.kept + captions.keptSynthetic.captions + human,
      'human only': human,
      random: expect.any(Number),
    })
    expect(Math.abs(pairs['random']! - pairs['filter']!)).toBeLessThan(0.05 * filter.of)
  })

  it('records every stage, what it exported, and the best curated arm against raw', () => {
    expect(record.stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['compose the sample', 'import', 'caption and score', 'arm: raw', 'export']),
    )
    expect(record.exported).toHaveLength(3)
    expect(record.retrieval.before.arm).toBe('raw')
    expect(['filter', 'captioner + filter']).toContain(record.retrieval.after.arm)
    expect(tableOf(record)).toContain('mean anything')
  })
})
