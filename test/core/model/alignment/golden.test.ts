import { beforeAll, expect, test } from 'vitest'
import { readSafetensors } from '../../../../core/checkpoint/safetensors.ts'
import { projectRegions } from '../../../../core/model/alignment/image.ts'
import { similarities } from '../../../../core/model/alignment/similarity.ts'
import { encodeWords } from '../../../../core/model/alignment/text.ts'
import { tripletLoss } from '../../../../core/objective/triplet.ts'
import { upload } from '../../../../core/model/parameters.ts'
import { startTensor, tf, valueAndGradients } from '../../../../core/tensor/index.ts'
import { difference } from '../../tensor/support/check.ts'
import { distance, goldenFolder } from '../golden.ts'
import { scan, toyShape } from './support.ts'

beforeAll(() => startTensor())

/** What scripts/golden/make_alignment.py recorded, and our model of the same weights. */
async function load(name: string, shape: ReturnType<typeof toyShape>) {
  const recorded = await readSafetensors(`${goldenFolder}alignment/${name}.safetensors`)
  const weights = Object.entries(recorded).filter(([key]) => key.startsWith('parameter.'))
  const parameters = upload(Object.fromEntries(weights.map(([key, value]) => [key.replace('parameter.', ''), value])))
  const input = (key: string, type: 'int32' | 'float32') =>
    tf.tensor(Array.from(recorded[key]!.data), recorded[key]!.shape, type)
  const scores = () => {
    const images = projectRegions({ shape, parameters }, input('features', 'float32'))
    return similarities(shape, images, encodeWords({ shape, parameters }, input('ids', 'int32')))
  }
  return { recorded, parameters, scores }
}

const cases = [
  { name: 'global', title: 'VSE++', shape: toyShape({}) },
  ...(['text-to-image', 'image-to-text'] as const).map((direction) => ({
    name: direction,
    title: `SCAN, ${direction}`,
    shape: toyShape({ text: { kind: 'bigru' }, match: scan(direction) }),
  })),
]

for (const { name, title, shape } of cases) {
  test(`scores every pair, and learns, as PyTorch does: ${title}`, async () => {
    const { recorded, parameters, scores } = await load(name, shape)
    expect(await distance(scores(), recorded['similarities']!)).toBeLessThan(2e-6)
    const loss = () => tripletLoss({ similarities: scores(), positives: tf.eye(3), margin: 0.2, negatives: 'hardest' })
    const names = Object.keys(parameters)
    const { value, gradients } = valueAndGradients(
      loss,
      names.map((key) => parameters[key]!),
    )
    expect(value.dataSync()[0]).toBeCloseTo(recorded['loss']!.data[0]!, 5)
    expect(names).toHaveLength(name === 'global' ? 7 : 11)
    for (const [i, key] of names.entries()) {
      const { shape, data } = recorded[`gradient.${key}`]!
      const error = difference(gradients[i]!.dataSync(), data)
      expect({ key, shape: gradients[i]!.shape, error }).toEqual({ key, shape, error: expect.closeTo(0, 4) })
    }
  })
}
