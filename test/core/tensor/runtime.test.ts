import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimeFolder, selfTest, startTensor, tf } from '../../../core/tensor/index.ts'
import { chosenPrecision, chosenRuntime } from '../../../core/tensor/runtime/start.ts'

const name = chosenRuntime()
const onPjrt = name === 'pjrt'

test('the runtime is looked for where the environment says, then in the cache folder of the platform', () => {
  expect(runtimeFolder({ WINNOW_TENSORFLOW: '/opt/tf', XDG_CACHE_HOME: '/c' }, 'linux')).toBe('/opt/tf')
  expect(runtimeFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe(join('/c', 'winnow', 'tensorflow-cpu-2.21.0'))
  expect(runtimeFolder({}, 'linux')).toMatch(/\.cache.winnow.tensorflow-cpu-2\.21\.0$/)
  expect(runtimeFolder({}, 'darwin')).toMatch(/Library.Caches.winnow.tensorflow-cpu-2\.21\.0$/)
})

test('a missing runtime is a fault that says what to do, and a later start with the right place works', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'winnow-runtime-'))
  try {
    const nowhere = join(empty, 'plugin.so')
    await expect(startTensor({ root: empty, plugin: nowhere })).rejects.toMatchObject({
      code: 'runtime-missing',
      subject: onPjrt ? nowhere : empty,
      hint: expect.stringMatching(onPjrt ? /winnow doctor.*WINNOW_PJRT_PLUGIN/ : /npm start.*WINNOW_TENSORFLOW/),
    })
  } finally {
    rmSync(empty, { recursive: true })
  }
  const runtime = await startTensor()
  expect(runtime).toMatchObject({ name, version: expect.stringMatching(onPjrt ? /^PJRT \d+\.\d+/ : /^\d+\.\d+\.\d+/) })
  expect(await startTensor()).toBe(runtime)
  expect(tf.getBackend()).toBe('tensorflow')
})

test('a runtime is chosen by WINNOW_RUNTIME, and one that does not exist is refused by name', () => {
  expect(chosenRuntime({})).toBe('libtensorflow')
  expect(chosenRuntime({ WINNOW_RUNTIME: 'pjrt' })).toBe('pjrt')
  expect(() => chosenRuntime({ WINNOW_RUNTIME: 'abacus' })).toThrow(/abacus/)
})

test('the precision is float32 unless WINNOW_PRECISION says otherwise', () => {
  expect(chosenPrecision({})).toBe('float32')
  expect(chosenPrecision({ WINNOW_PRECISION: 'bfloat16' })).toBe('bfloat16')
  expect(() => chosenPrecision({ WINNOW_PRECISION: 'int1' })).toThrow(/int1/)
})

test('the self-test passes and tells version and devices', async () => {
  const result = await selfTest()
  expect(result).toMatchObject({ gradient: true, captured: true, xla: true, bf16: onPjrt || null })
  expect(result.devices.map((device) => device.type)).toContain('CPU')
  expect(result.seconds).toBeGreaterThan(0)
})
