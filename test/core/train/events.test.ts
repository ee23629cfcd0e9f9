import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cacheFolder } from '../../../core/tensor/provision/folder.ts'
import { openEventFile } from '../../../core/train/events.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-events-'))
const reader = join(cacheFolder(), 'tensorboard-for-tests-2.21.0')

/** What TensorBoard reads: [tag, step, value]. */
function readBack(events: string): [string, number, number][] {
  const script = join(import.meta.dirname, 'events.py')
  const environment = { ...process.env, PYTHONPATH: reader, PYTHONDONTWRITEBYTECODE: '1' }
  const lines = execFileSync('python3', [script, events], { env: environment, encoding: 'utf8' })
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, number, number])
}

// `npm test` fetches the reader; run by itself without it, this is left out, and in CI nothing may be.
describe.skipIf(!process.env['CI'] && !existsSync(reader))('TensorBoard', () => {
  test('reads back what was written, names, steps and values', { timeout: 120_000 }, () => {
    const run = folder()
    const file = openEventFile(run, 0)
    file.scalars(10, { loss: 4.25, pairsPerSecond: 1234.5 })
    file.scalars(100_000, { loss: -0.001 })
    file.close()
    expect(readBack(run)).toEqual([
      ['loss', 10, 4.25],
      ['loss', 100_000, expect.closeTo(-0.001, 7)],
      ['pairsPerSecond', 10, 1234.5],
    ])
  })

  test('forgets what an interrupted run wrote beyond the step it goes on from', { timeout: 120_000 }, () => {
    const run = folder()
    const interrupted = openEventFile(run, 0, () => 1_700_000_000_000)
    for (const step of [10, 20, 30]) interrupted.scalars(step, { loss: step })
    interrupted.close()
    const resumed = openEventFile(run, 20, () => 1_700_000_100_000)
    resumed.scalars(30, { loss: 7 })
    resumed.close()
    expect(readBack(run)).toEqual([
      ['loss', 10, 10],
      ['loss', 20, 20],
      ['loss', 30, 7],
    ])
  })
})

test('an event file begins with the version, in a frame whose checksum is TensorFlow’s', () => {
  const run = folder()
  openEventFile(run, 0, () => 1_700_000_000_000).close()
  const [name] = readdirSync(run)
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./)
  const bytes = readFileSync(join(run, name!))
  expect(bytes.readBigUInt64LE(0)).toBe(24n)
  expect(bytes.subarray(12).toString('latin1')).toContain('brain.Event:2')
})
