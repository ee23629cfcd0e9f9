import { beforeAll, expect, test } from 'vitest'
import { profileOperations, startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(async () => void (await startTensor()))

test('counts and times every operation, the dearest first, with shares of their sum', () => {
  const [big, small] = [tf.ones([800, 800]), tf.ones([2, 2])]
  const work = () =>
    tf.tidy(() => {
      tf.matMul(big, big)
      tf.matMul(big, big)
      tf.relu(small)
    })
  work()
  const profile = profileOperations(work)
  expect(profile.calls).toBe(3)
  expect(profile.top.map(({ name, calls }) => [name, calls])).toEqual([
    [expect.stringMatching(/MatMul/), 2],
    ['Relu', 1],
  ])
  const sum = profile.top.reduce((total, { share }) => total + share, 0)
  expect(sum).toBeCloseTo(1)
  expect(profile.milliseconds).toBeGreaterThan(0)
  expect(profile.milliseconds).toBeLessThanOrEqual(profile.stepMilliseconds)
  tf.dispose([big, small])
})

test('times nothing any more once the work has failed', () => {
  const work = () => {
    tf.tidy(() => tf.relu(tf.ones([2])))
    throw new Error('no')
  }
  expect(() => profileOperations(work)).toThrow('no')
  const { calls } = profileOperations(() => {})
  tf.tidy(() => tf.relu(tf.ones([2])))
  expect(calls).toBe(0)
})
