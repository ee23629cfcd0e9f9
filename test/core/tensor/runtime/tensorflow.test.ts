import { beforeAll, expect, test } from 'vitest'
import { capture, startTensor, tf, type Runtime } from '../../../../core/tensor/index.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await startTensor({ runtime: 'libtensorflow' })
})

const gathering = () =>
  capture((ids: tf.Tensor) => [tf.gather(tf.tensor1d([1, 2, 3]), ids as tf.Tensor1D)], {
    inputs: [{ shape: [1], dtype: 'int32' }],
    state: [],
    name: 'trial',
  })

test('an error inside a run names the step, frees its inputs, and the next run works', async () => {
  const step = gathering()
  const before = runtime.liveHandles()
  await expect(step.run([Int32Array.of(9)])).rejects.toThrow(/trial.*indices/)
  expect(runtime.liveHandles()).toBe(before)
  const [result] = await step.run([Int32Array.of(2)])
  expect([...result!.dataSync()]).toEqual([3])
})

test('compiling is part of the first run, so there is nothing to tell of it', async () => {
  expect(await gathering().compiled()).toBeNull()
})

test('a step in bfloat16 is refused', () => {
  const inputs = [{ shape: [1], dtype: 'float32' as const }]
  expect(() => capture((x) => [x], { inputs, state: [], precision: 'bfloat16' })).toThrow(
    expect.objectContaining({ code: 'tensor-precision' }),
  )
})
