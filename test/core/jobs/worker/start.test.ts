import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOf } from '../../../../core/jobs/worker/start.ts'

const trained = join(import.meta.dirname, '../../../../resources/sample/checkpoints/tiny')

test('a start of the same shape is taken as it is', async () => {
  const whole = await startOf({ start: trained, shape: 'tiny', seed: 1 })
  expect(whole.shape.family).toBe('blip')
  expect(whole.hash).toEqual(expect.any(String))
})

test('a start of another family gives its picture encoder, and the rest begins at random', async () => {
  const lender = await startOf({ start: trained, shape: 'tiny', seed: 1 })
  const bare = await startOf({ start: null, shape: 'qformer-tiny', seed: 3 })
  const taker = await startOf({ start: trained, shape: 'qformer-tiny', seed: 3 })
  expect([taker.shape.name, taker.hash]).toEqual(['qformer-tiny', lender.hash])
  expect(Object.keys(taker.tensors)).toEqual(Object.keys(bare.tensors))
  for (const [name, { data }] of Object.entries(taker.tensors))
    expect([name, data]).toEqual([name, (name.startsWith('vision_model.') ? lender : bare).tensors[name]!.data])
})
