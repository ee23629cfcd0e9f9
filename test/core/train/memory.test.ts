import { describe, expect, it } from 'vitest'
import { shapeNamed } from '../../../core/jobs/shapes.ts'
import { parameterCount } from '../../../core/model/families.ts'
import { estimateMemory, largestBatch } from '../../../core/train/memory.ts'
import { knobsOf, recipeNamed } from '../../../core/train/recipe.ts'

const knobs = { ...knobsOf(recipeNamed('finetune')), textLength: 24 }
const places = ['cpu', 'gpu', 'gpuBfloat16'] as const

describe('the memory estimate', () => {
  it('is the sum of its parts: weight, gradient, two moments, activations, workspace and runtime', () => {
    for (const place of places) {
      const base = shapeNamed('base')
      const { total, perPair, ...parts } = estimateMemory(base, knobs, place)
      expect(parts.parameters).toBe(4 * parameterCount(base))
      expect(parts.moments).toBe(2 * parts.gradients)
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total)
      expect(perPair).toBeGreaterThan(0)
    }
  })

  it('grows with the batch by what a batch keeps', () => {
    const tiny = shapeNamed('tiny')
    const [half, whole] = [32, 64].map((batchSize) => estimateMemory(tiny, { ...knobs, batchSize, itmAnchors: 0 }))
    expect(whole!.activations / half!.activations).toBeCloseTo(2, 6)
    expect(whole!.total - half!.total).toBeCloseTo(32 * half!.perPair, 0)
  })

  it('counts the compiler where a processor’s steps are compiled, and not on a card', () => {
    const [processor, card] = places.map((place) => {
      return [false, true].map((compile) => estimateMemory(shapeNamed('tiny'), { ...knobs, compile }, place).total)
    })
    expect(processor![1]! - processor![0]!).toBeGreaterThan(0.5e9)
    expect(card![1]).toBe(card![0])
  })

  it('falls with each loss left out, and counts moments only of what is trained', () => {
    const tiny = shapeNamed('tiny')
    for (const name of ['itmWeight', 'lmWeight'] as const)
      expect(estimateMemory(tiny, { ...knobs, [name]: 0 }).total).toBeLessThan(estimateMemory(tiny, knobs).total)
    const captioner = estimateMemory(tiny, { ...knobs, itcWeight: 0, itmWeight: 0 })
    expect(captioner.gradients).toBeLessThan(captioner.parameters)
  })
})

/** Peaks in MiB that `npm run gpu-check` printed for the recipe finetune: what XLA planned, without the card's own runtime. */
it.each([
  { size: 'tiny', place: 'gpu', peak: 202 },
  { size: 'tiny', place: 'gpuBfloat16', peak: 146 },
  { size: 'small', place: 'gpu', peak: 3476 },
  { size: 'small', place: 'gpuBfloat16', peak: 2742 },
  { size: 'base', place: 'gpuBfloat16', peak: 17_288 },
] as const)('agrees within 15 % with what was compiled for cards: $size, $place', ({ size, place, peak }) => {
  const { total, runtime } = estimateMemory(shapeNamed(size), knobsOf(recipeNamed('finetune')), place)
  expect(Math.abs((total - runtime) / 2 ** 20 / peak - 1)).toBeLessThan(0.15)
})

describe('the largest batch', () => {
  it('just fits', () => {
    const small = shapeNamed('small')
    const bytes = 8e9
    const batchSize = largestBatch(small, knobs, 'gpu', bytes)
    expect(estimateMemory(small, { ...knobs, batchSize }, 'gpu').total).toBeLessThanOrEqual(bytes)
    expect(estimateMemory(small, { ...knobs, batchSize: batchSize + 1 }, 'gpu').total).toBeGreaterThan(bytes)
  })

  it('is none where not even two pairs fit, and at most what the knob allows', () => {
    expect(largestBatch(shapeNamed('base'), knobs, 'gpu', 2e9)).toBe(0)
    expect(largestBatch(shapeNamed('tiny'), knobs, 'cpu', 1e15)).toBe(4096)
  })
})
