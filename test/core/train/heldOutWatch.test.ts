import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCheckpoint } from '../../../core/checkpoint/index.ts'
import { download } from '../../../core/model/index.ts'
import { layerNorms } from '../../../core/train/diverged.ts'
import { silent, trainHere } from './trainee.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-watch-'))
const watched = { steps: 12, evaluateEvery: 2, patience: 2, checkpointEvery: 4, itmFrom: 0 }

/** Says these values one after the other. */
const saying = (values: number[]) => async () => values.shift()!

test(
  'a run without a better measurement for long enough ends, and keeps its best weights',
  { timeout: 120_000 },
  async () => {
    const run = folder()
    const told: number[] = []
    const report = {
      ...silent,
      metric: (_: number, values: Record<string, number>) => told.push(values['heldOut'] ?? NaN),
    }
    const { outcome, parameters } = await trainHere(run, {
      changes: watched,
      measure: saying([0.2, 0.5, 0.4, 0.5, 0.9]),
      report,
    })
    expect(outcome).toMatchObject({ kind: 'finished', step: 4, checkpoint: { folder: join(run, 'best') } })
    expect(told.filter(Number.isFinite)).toEqual([0.2, 0.5, 0.4, 0.5])
    const best = await loadCheckpoint(join(run, 'best'))
    expect(best.manifest.step).toBe(4)
    // what is measured afterwards are the weights that were kept
    expect(await download(parameters)).toEqual(best.tensors)
  },
)

test('gone on with after its end, it gives the same result at once', { timeout: 120_000 }, async () => {
  const run = folder()
  const first = await trainHere(run, { changes: watched, measure: saying([0.5, 0.4, 0.3]) })
  const again = await trainHere(run, { changes: watched, measure: () => Promise.reject(new Error('asked again')) })
  expect(again.outcome).toEqual(first.outcome)
})

test('the best weights win even when the steps run out first', { timeout: 120_000 }, async () => {
  const run = folder()
  const { outcome } = await trainHere(run, { changes: { ...watched, steps: 6 }, measure: saying([0.1, 0.7, 0.2]) })
  expect(outcome).toMatchObject({ step: 4, checkpoint: { folder: join(run, 'best') } })
})

test('tells of layers that are no numbers first, then of the largest', () => {
  const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) })
  const norms = layerNorms({
    'vision.layers.0.a.weight': tensor(3),
    'vision.layers.0.b.weight': tensor(4),
    'vision.layers.1.a.weight': tensor(NaN),
    'head.weight': tensor(100),
  })
  expect(norms).toEqual([
    ['vision.layers.1', NaN],
    ['head.weight', 100],
    ['vision.layers.0', 5],
  ])
})
