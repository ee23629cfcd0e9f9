import { beforeAll, expect, test } from 'vitest'
import type { Parts } from '../../../../core/model/alignment/parts.ts'
import type { AlignmentShape } from '../../../../core/model/alignment/shape.ts'
import { similarities } from '../../../../core/model/alignment/similarity.ts'
import { unit } from '../../../../core/model/unit.ts'
import { startTensor, tf } from '../../../../core/tensor/index.ts'
import { operand, operationError } from '../../tensor/support/check.ts'
import type { Numbers } from '../../tensor/support/reference.ts'
import { bestRegions, crossAttention, unitRows, type Attention, type Vectors } from './reference.ts'

beforeAll(() => startTensor())

type Match = AlignmentShape['match']

/** Two pictures of four regions and three texts of three, one and two words, in three dimensions. */
const width = 3
const lengths = [3, 1, 2]
const operands = [operand([2, 4, width], 3), operand([3, 3, width], 5)]

const parts = (x: tf.Tensor, mask = tf.ones(x.shape.slice(0, 2))): Parts => ({
  parts: unit(x),
  mask,
  whole: unit(tf.mean(x, 1)),
})
const wordMask = () => tf.tensor2d(lengths.map((length) => [0, 1, 2].map((at) => (at < length ? 1 : 0))))
const compute = (match: Match) => (images: tf.Tensor, texts: tf.Tensor) =>
  similarities({ match }, parts(images), parts(texts, wordMask()))

/** The same, pair by pair. */
const pairwise =
  (pair: (regions: Vectors, words: Vectors) => number) =>
  (images: Numbers, texts: Numbers): number[] => {
    const [regions, words] = [unitRows(images, width), unitRows(texts, width)]
    return [0, 1].flatMap((i) =>
      lengths.map((length, j) => pair(regions.slice(i * 4, i * 4 + 4), words.slice(j * 3, j * 3 + length))),
    )
  }

test('aligns each word with its best region', () => {
  expect(operationError(compute({ kind: 'words' }), pairwise(bestRegions), operands)).toBeLessThan(2e-5)
})

test('takes the mean over words by hand', () => {
  const images = tf.tensor3d([[[1, 0], [0, 1]]]) // prettier-ignore
  const texts = tf.tensor3d([[[0.6, 0.8], [1, 0], [-1, 0]]]) // prettier-ignore
  const mask = tf.tensor2d([[1, 1, 0]])
  const [similarity] = similarities({ match: { kind: 'words' } }, parts(images), parts(texts, mask)).dataSync()
  expect(similarity).toBeCloseTo((0.8 + 1) / 2, 6)
})

for (const pooling of ['log-sum-exp', 'mean'] as const) {
  test(`has words look at regions as SCAN does, pooled by ${pooling}`, () => {
    const match = { kind: 'cross-attention', direction: 'text-to-image', ...attention(9, pooling, 6) } as const
    const pair = (regions: Vectors, words: Vectors) => crossAttention(words, regions, match)
    expect(operationError(compute(match), pairwise(pair), operands)).toBeLessThan(5e-5)
  })

  test(`has regions look at words as SCAN does, pooled by ${pooling}`, () => {
    const match = { kind: 'cross-attention', direction: 'image-to-text', ...attention(4, pooling, 5) } as const
    const pair = (regions: Vectors, words: Vectors) => crossAttention(regions, words, match)
    expect(operationError(compute(match), pairwise(pair), operands)).toBeLessThan(5e-5)
  })
}

test('gives a word the region it looks at when the attention is sharp', () => {
  const images = tf.tensor3d([[[1, 0], [0.6, 0.8]]]) // prettier-ignore
  const texts = tf.tensor3d([[[1, 0]]])
  const match = { kind: 'cross-attention', direction: 'text-to-image', ...attention(1000, 'mean', 1) } as const
  // one query: each region's normalised score is 1, so the attention is even, however sharp
  const [even] = similarities({ match }, parts(images), parts(texts)).dataSync()
  expect(even).toBeCloseTo(0.8 / Math.hypot(0.8, 0.4), 5)
  // a second query takes the second region, so the first looks at the first
  const two = tf.tensor3d([[[1, 0], [0, 1]]]) // prettier-ignore
  const [sharp] = similarities({ match }, parts(images), parts(two)).dataSync()
  expect(sharp).toBeCloseTo((1 + 0.8) / 2, 5)
})

for (const direction of ['text-to-image', 'image-to-text'] as const) {
  test(`keeps features of zero finite, with their gradients: ${direction}`, () => {
    const match = { kind: 'cross-attention', direction, ...attention(9, 'log-sum-exp', 6) } as const
    const loss = (images: tf.Tensor, texts: tf.Tensor) => tf.sum(compute(match)(images, texts))
    const inputs = [tf.zeros([2, 4, width]), tf.zeros([3, 3, width])] as const
    const values = [compute(match)(...inputs), ...tf.grads(loss)([...inputs])].flatMap((x) => [...x.dataSync()])
    expect(values.every(Number.isFinite)).toBe(true)
  })
}

test('compares wholes by their cosines', () => {
  const [one, other] = [tf.tensor3d([[[3, 4]], [[0, 2]]]), tf.tensor3d([[[1, 0]]])] // prettier-ignore
  const values = similarities({ match: { kind: 'global' } }, parts(one), parts(other))
  expect(values.shape).toEqual([2, 1])
  expect([...values.dataSync()]).toEqual([expect.closeTo(0.6, 6), 0])
})

function attention(sharpness: number, pooling: Attention['pooling'], poolSharpness: number): Attention {
  return { sharpness, pooling, poolSharpness }
}
