import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runtimeFolder, selfTest, startTensor, tf } from '../../../core/tensor/index.ts'

test('the runtime is looked for where the environment says, then in the cache folder of the platform', () => {
  expect(runtimeFolder({ WINNOW_TENSORFLOW: '/opt/tf', XDG_CACHE_HOME: '/c' }, 'linux')).toBe('/opt/tf')
  expect(runtimeFolder({ XDG_CACHE_HOME: '/c' }, 'linux')).toBe(join('/c', 'winnow', 'tensorflow-cpu-2.21.0'))
  expect(runtimeFolder({}, 'linux')).toMatch(/\.cache.winnow.tensorflow-cpu-2\.21\.0$/)
  expect(runtimeFolder({}, 'darwin')).toMatch(/Library.Caches.winnow.tensorflow-cpu-2\.21\.0$/)
})

test('a missing runtime is a fault that says what to do, and a later start with the right folder works', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'winnow-runtime-'))
  try {
    await expect(startTensor({ root: empty })).rejects.toMatchObject({
      code: 'runtime-missing',
      subject: empty,
      hint: expect.stringMatching(/npm start.*WINNOW_TENSORFLOW/),
    })
  } finally {
    rmSync(empty, { recursive: true })
  }
  const runtime = await startTensor()
  expect(runtime).toMatchObject({ name: 'libtensorflow', version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  expect(await startTensor()).toBe(runtime)
  expect(tf.getBackend()).toBe('tensorflow')
})

test('the self-test passes and tells version and devices', async () => {
  const result = await selfTest()
  expect(result).toMatchObject({ gradient: true, captured: true, xla: true })
  expect(result.devices.map((device) => device.type)).toContain('CPU')
  expect(result.seconds).toBeGreaterThan(0)
})
