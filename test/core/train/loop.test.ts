import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Fault } from '../../../core/contract/fault.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'
import { initialise, upload } from '../../../core/model/index.ts'
import { knobsOf, recipeNamed } from '../../../core/train/index.ts'
import { trainedNames } from '../../../core/train/groups.ts'
import { changes, shape, silent, trainHere } from './trainee.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'winnow-loop-'))

test('all three losses fall on pairs that can be learned', { timeout: 120_000 }, async () => {
  const metrics: Record<string, number>[] = []
  const report = { ...silent, metric: (_: number, values: Record<string, number>) => metrics.push(values) }
  await trainHere(folder(), {
    report,
    changes: {
      steps: 120,
      batchSize: 8,
      learningRate: 0.02,
      itmFrom: 0,
      checkpointEvery: 0,
      logEvery: 20,
      cropMinimum: 1,
      dropout: 0,
    },
  })
  const [first, last] = [metrics[0]!, metrics.at(-1)!]
  expect(last['itc']).toBeLessThan(first['itc']! * 0.9)
  expect(last['lm']).toBeLessThan(first['lm']! * 0.7)
  expect(last['itm']).toBeLessThan(0.63)
  expect(last['rate']).toBeLessThan(first['rate']!)
})

test(
  'stops at the first loss that is not a number, naming step and samples, and leaves the last checkpoint alone',
  { timeout: 120_000 },
  async () => {
    const steps: number[] = []
    const report = { ...silent, checkpoint: (step: number) => steps.push(step) }
    const knobs = {
      ...knobsOf(recipeNamed('pretrain'), { ...changes, itmFrom: 0, checkpointEvery: 1 }),
      learningRate: 1e38,
      clipNorm: 0,
    }
    const fault = await trainHere(folder(), { report, knobs }).catch((error: unknown) => error as Fault)
    expect(fault).toMatchObject({ code: 'training-diverged' })
    const step = Number(/step (\d+)/.exec((fault as Fault).message)![1])
    expect(steps.at(-1)).toBe(step - 1)
    expect((fault as Fault).subject).toMatch(/samples \d+(, \d+){3}/)
  },
)

test('leaves no tensor and no handle behind', { timeout: 120_000 }, async () => {
  const runtime = await startTensor()
  const measure = async () => {
    const { parameters } = await trainHere(folder(), { changes: { steps: 3, checkpointEvery: 0 } })
    tf.dispose(parameters)
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { tensors: tf.memory().numTensors, handles: runtime.liveHandles() }
  }
  const first = await measure()
  expect(await measure()).toEqual(first)
})

test('trains only what the losses reach', async () => {
  await startTensor()
  const parameters = upload(initialise(shape, 1))
  const trained = (recipe: string) => trainedNames(Object.keys(parameters), knobsOf(recipeNamed(recipe)))
  expect(trained('filter').some((name) => name.startsWith('text_decoder'))).toBe(false)
  expect(trained('captioner').some((name) => name.includes('itm_head') || name === 'temp')).toBe(false)
  expect(trained('captioner').some((name) => /text_encoder.*\.attention\./.test(name))).toBe(false)
  expect(trained('pretrain')).toEqual(Object.keys(parameters))
  tf.dispose(parameters)
})
