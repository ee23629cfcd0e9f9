import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ClipShape } from '../../../../core/model/clip/shape.ts'
import { readShape } from '../../../../core/model/index.ts'
import { sigmoidLoss } from '../../../../core/objective/sigmoid.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { knobsOf, recipeNamed } from '../../../../core/train/index.ts'
import { clipPlan, sigmoidPrior, type ClipKnobs } from '../../../../core/train/plans/clip.ts'

const shape = (name: string) =>
  readShape(join(import.meta.dirname, '../../../../resources/models', `${name}.json`)).shape as ClipShape
const knobs = (changes = {}, recipe = 'clip') => knobsOf(recipeNamed(recipe), changes) as unknown as ClipKnobs

describe('what a batch is planned to keep', () => {
  test('grows with the batch, but with the chunk alone where it is held in chunks', () => {
    const kept = (changes: object) => clipPlan.keptFloats(shape('clip-tiny'), knobs(changes))
    expect(kept({ batchSize: 1024 })).toBeGreaterThan(10 * kept({ batchSize: 64 }))
    expect(kept({ batchSize: 1024, chunk: 64 })).toBeLessThan(0.2 * kept({ batchSize: 1024 }))
    expect(kept({ batchSize: 64, chunk: 64 })).toBe(kept({ batchSize: 64 }))
  })

  test('is known for a ResNet too', () => {
    expect(clipPlan.keptFloats(shape('clip-resnet-tiny'), knobs())).toBeGreaterThan(1e6)
  })
})

test('the bias is trained by the sigmoid loss alone', () => {
  expect(clipPlan.trains('logit_bias', knobs())).toBe(false)
  expect(clipPlan.trains('logit_bias', knobs({}, 'siglip'))).toBe(true)
  expect(clipPlan.trains('logit_scale', knobs())).toBe(true)
})

test('the sigmoid loss of equal features is never less than the value that means "not learning"', async () => {
  await startTensor()
  const same = tf.ones([16, 1])
  const loss = async (bias: number) => {
    const given = { image: same, text: same, positives: tf.eye(16), logScale: tf.scalar(0), bias: tf.scalar(bias) }
    return (await sigmoidLoss(given).data())[0]!
  }
  // the best constant answer is 1 in 16: a logit of −ln 15, of which the cosine gives 1
  expect(await loss(-Math.log(15) - 1)).toBeCloseTo(sigmoidPrior(16), 4)
  expect(await loss(-Math.log(15) - 0.8)).toBeGreaterThan(sigmoidPrior(16))
  expect(await loss(-Math.log(15) - 1.2)).toBeGreaterThan(sigmoidPrior(16))
})
