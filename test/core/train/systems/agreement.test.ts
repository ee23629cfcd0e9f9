import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { testPlugin } from '../../tensor/support/plugin.ts'
import type { Reports } from './threeSteps.ts'
import { toys } from './toys.ts'

const plugin = testPlugin()
const program = join(import.meta.dirname, 'threeSteps.ts')
/** Those whose programs are their own; the others differ in numbers alone. */
const recipes = Object.keys(toys).filter((name) => !['captioner', 'filter', 'finetune'].includes(name))

/** Their gradient jumps where a word's best region changes hands between nearly equal ones, which rounding decides. */
const jumping = ['alignment', 'alignment-transformer']

async function threeSteps(environment: NodeJS.ProcessEnv): Promise<Reports> {
  const options = { env: { ...process.env, ...environment }, maxBuffer: 1 << 24 }
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...recipes], options)
  return JSON.parse(stdout) as Reports
}

describe.skipIf(!plugin)('three captured steps, dropout and hard negatives included', () => {
  let native: Reports
  let compiled: Reports

  beforeAll(async () => {
    native = await threeSteps({ WINNOW_RUNTIME: 'libtensorflow' })
    compiled = await threeSteps({
      WINNOW_RUNTIME: 'pjrt',
      WINNOW_PJRT_PLUGIN: plugin!,
      WINNOW_PJRT_CACHE: join(import.meta.dirname, '../../../../build/pjrt-executables-of-tests'),
      XLA_FLAGS: '--xla_backend_optimization_level=0',
    })
  }, 900_000)

  test.each(recipes)('of %s report the same on both runtimes', (recipe) => {
    expect(native[recipe]).toHaveLength(3)
    native[recipe]!.forEach((report, step) => {
      for (const [name, value] of Object.entries(report)) {
        if (name === 'gradientNorm' && jumping.includes(recipe)) continue
        const other = compiled[recipe]![step]![name]!
        expect(Math.abs(other - value), `${name} in step ${step + 1}: ${value} and ${other}`).toBeLessThan(
          2e-3 * Math.max(1, Math.abs(value)),
        )
      }
    })
  })
})
