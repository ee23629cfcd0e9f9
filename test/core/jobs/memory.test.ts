import { describe, expect, it } from 'vitest'
import { runtimeBytes, trainingBytes } from '../../../core/jobs/memory.ts'
import { shapeNamed } from '../../../core/jobs/shapes.ts'
import { parameterCount } from '../../../core/model/names.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'

const knobs = knobsOf(recipeNamed('finetune'))

describe('the memory estimate', () => {
  it('is at least weight, gradient and two moments', () => {
    const base = shapeNamed('base')
    expect(trainingBytes(base, knobs)).toBeGreaterThan(16 * parameterCount(base))
  })

  it('grows with the batch by what a batch keeps, and falls with each loss left out', () => {
    const tiny = shapeNamed('tiny')
    const [half, whole] = [32, 64].map((batchSize) => trainingBytes(tiny, { ...knobs, batchSize, itmAnchors: 0 }))
    const fixed = runtimeBytes + 16 * parameterCount(tiny)
    expect((whole! - fixed) / (half! - fixed)).toBeCloseTo(2, 6)
    const weights = ['itcWeight', 'itmWeight', 'lmWeight'] as const
    for (const name of weights.slice(1))
      expect(trainingBytes(tiny, { ...knobs, [name]: 0 })).toBeLessThan(trainingBytes(tiny, knobs))
  })

  it('is of the size that GPUs have for the base shape', () => {
    const gigabytes = trainingBytes(shapeNamed('base'), knobs) / 1e9
    expect(gigabytes).toBeGreaterThan(8)
    expect(gigabytes).toBeLessThan(64)
  })
})
