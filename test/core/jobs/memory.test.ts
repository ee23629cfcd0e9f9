import { describe, expect, it } from 'vitest'
import { planMemory } from '../../../core/jobs/memory.ts'
import { shapeNamed } from '../../../core/jobs/shapes.ts'
import type { WorkerRuntime } from '../../../core/tensor/provision/gpu/worker.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'

const knobs = knobsOf(recipeNamed('finetune'))
const base = shapeNamed('base')
const card = (memoryBytes: number | null) => async (): Promise<WorkerRuntime> => ({
  environment: {},
  gpu: 'NVIDIA GeForce RTX 4090',
  memoryBytes,
  fault: null,
})
const processor = (code: string) => async (): Promise<WorkerRuntime> => ({
  environment: {},
  gpu: null,
  memoryBytes: null,
  fault: { code, message: 'The CPU computes.' },
})

describe('the plan of a run’s memory', () => {
  it('names the card, what it has, and the largest batch that fits it', async () => {
    const plan = await planMemory(base, knobs, card(24e9))
    expect(plan).toMatchObject({ device: 'NVIDIA GeForce RTX 4090', availableBytes: 21.6e9 })
    const larger = await planMemory(base, knobs, card(80e9))
    expect(larger.largestBatch).toBeGreaterThan(plan.largestBatch!)
  })

  it('takes less for what is kept in bfloat16', async () => {
    const found = await card(24e9)()
    const plan = await planMemory(base, knobs, async () => ({
      ...found,
      environment: { WINNOW_PRECISION: 'bfloat16' },
    }))
    expect(plan.activations).toBeLessThan((await planMemory(base, knobs, card(24e9))).activations)
  })

  it('leaves open what fits a card that doesn’t tell its memory', async () => {
    expect(await planMemory(base, knobs, card(null))).toMatchObject({ availableBytes: null, largestBatch: null })
  })

  it('is of the processor, with the reason why a card isn’t used, and without one where there is none', async () => {
    const plan = await planMemory(base, knobs, processor('gpu-not-installed'))
    expect(plan).toMatchObject({ device: 'CPU', fault: { code: 'gpu-not-installed' } })
    expect(plan.availableBytes).toBeGreaterThan(0)
    expect((await planMemory(base, knobs, processor('gpu-none'))).fault).toBeNull()
  })
})
