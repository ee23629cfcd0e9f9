import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../support/temporary.ts'
import { difference } from '../support/check.ts'
import { testPlugin } from '../support/plugin.ts'
import type { Steps } from '../support/steps.ts'

const plugin = testPlugin()
const program = join(import.meta.dirname, '..', 'support', 'steps.ts')
const patient = 240_000 // a real step is compiled, on cores that others use

async function steps(environment: NodeJS.ProcessEnv): Promise<Steps> {
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env: { ...process.env, ...environment } })
  return JSON.parse(stdout) as Steps
}

describe.skipIf(!plugin)('the two runtimes', () => {
  const folder = temporaryFolder()
  const onPjrt = {
    WINNOW_RUNTIME: 'pjrt',
    WINNOW_PJRT_PLUGIN: plugin!,
    WINNOW_PJRT_CACHE: folder,
    XLA_FLAGS: '--xla_backend_optimization_level=0',
  }
  let native: Steps
  let compiled: Steps
  let again: Steps

  beforeAll(async () => {
    ;[native, compiled] = await Promise.all([steps({ WINNOW_RUNTIME: 'libtensorflow' }), steps(onPjrt)])
    again = await steps(onPjrt)
  }, patient)

  test('are two', () => expect([native.runtime, compiled.runtime]).toEqual(['libtensorflow', 'pjrt']))

  test('draw the same random numbers bit by bit, eager and captured', () => {
    expect(compiled.random).toEqual(native.random)
    expect(native.random.slice(4)).toEqual(native.random.slice(0, 4))
  })

  test.each(['loss', 'itc', 'itm', 'lm', 'temperature', 'gradientNorm'])(
    'agree on %s over three training steps within 1e-5',
    (name) => {
      const values = (run: Steps) => run.losses.map((report) => report[name]!)
      expect(difference(values(compiled), values(native))).toBeLessThan(1e-5)
      expect(values(native).every(Number.isFinite)).toBe(true)
    },
  )

  test('agree on the parameters afterwards', () => {
    expect(difference(compiled.sums, native.sums)).toBeLessThan(1e-4)
  })

  test('a second launch compiles nothing and gives the same bits', () => {
    expect([compiled.compiled, compiled.cached]).toEqual([2, 0])
    expect([again.compiled, again.cached]).toEqual([0, 2])
    expect(again.losses).toEqual(compiled.losses)
    expect(again.sums).toEqual(compiled.sums)
  })
})
