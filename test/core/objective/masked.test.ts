import { beforeAll, expect, test } from 'vitest'
import { maskedTokenLoss, maskTokens } from '../../../core/objective/masked.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const scalar = (x: tf.Tensor) => x.dataSync()[0]!
const tokens = { pad: 0, cls: 1, mask: 3 }
const seed = (value: number) => tf.tensor1d([value, 0], 'int32')

/** Rows of [CLS], words 10 to 27, padding. */
const rows = 500
const ids = () =>
  tf.tile(tf.tensor2d([[1, ...Array.from({ length: 18 }, (_, at) => 10 + at), 0]], undefined, 'int32'), [rows, 1])

test('asks for a share of the words and never for padding or the first token', () => {
  const { labels } = maskTokens(ids(), seed(1), { rate: 0.15, vocabularySize: 100, tokens })
  const asked = [...labels.dataSync()].map((label) => label !== -100)
  expect(asked.filter(Boolean).length / (rows * 18)).toBeCloseTo(0.15, 1)
  expect(asked.some((yes, at) => yes && (at % 20 === 0 || at % 20 === 19))).toBe(false)
})

test('hides four in five, swaps one in ten, leaves the rest, and changes nothing that is not asked for', () => {
  const given = [...ids().dataSync()]
  const masked = maskTokens(ids(), seed(2), { rate: 0.5, vocabularySize: 1000, tokens })
  const [changed, labels] = [[...masked.ids.dataSync()], [...masked.labels.dataSync()]]
  const places = labels.flatMap((label, at) => (label === -100 ? [] : [at]))
  const share = (test: (at: number) => boolean) => places.filter(test).length / places.length
  expect(share((at) => changed[at] === tokens.mask)).toBeCloseTo(0.8, 1)
  expect(Math.abs(share((at) => changed[at] === given[at]) - 0.1)).toBeLessThan(0.03)
  expect(places.every((at) => labels[at] === given[at])).toBe(true)
  expect(given.every((id, at) => labels[at] !== -100 || changed[at] === id)).toBe(true)
})

test('draws other places with another seed, the same with the same', () => {
  const draw = (value: number) => [
    ...maskTokens(ids(), seed(value), { rate: 0.15, vocabularySize: 100, tokens }).ids.dataSync(),
  ]
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

const logits = () =>
  tf.tensor2d([
    [2, 0, -1],
    [0, 1, 0],
    [5, 5, 5],
  ])
const labels = () => tf.tensor1d([0, 1, -100], 'int32')
const logShare = (row: number[], at: number) =>
  row[at]! - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))

test('is the mean over the places that are asked for', () => {
  const expected = -(logShare([2, 0, -1], 0) + logShare([0, 1, 0], 1)) / 2
  expect(scalar(maskedTokenLoss({ logits: logits(), labels: labels() }))).toBeCloseTo(expected, 5)
})

test('is 0, not NaN, when no place is asked for', () => {
  const nothing = tf.fill([3], -100, 'int32')
  const teacher = { logits: logits(), alpha: 0.4 }
  expect(scalar(maskedTokenLoss({ logits: logits(), labels: nothing, teacher }))).toBe(0)
})

test('mixes in the teacher by its weight, and a weight of 0 is the plain loss', () => {
  const teaching = tf.tensor2d([
    [0, 0, 0],
    [0, 0, 0],
    [9, 0, 0],
  ])
  const plain = scalar(maskedTokenLoss({ logits: logits(), labels: labels() }))
  const mixed = (alpha: number) =>
    scalar(maskedTokenLoss({ logits: logits(), labels: labels(), teacher: { logits: teaching, alpha } }))
  const even = (row: number[]) => -(logShare(row, 0) + logShare(row, 1) + logShare(row, 2)) / 3
  expect(mixed(0)).toBeCloseTo(plain, 6)
  expect(mixed(0.4)).toBeCloseTo(0.6 * plain + 0.4 * ((even([2, 0, -1]) + even([0, 1, 0])) / 2), 5)
})
