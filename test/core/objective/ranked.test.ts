import { beforeAll, expect, test } from 'vitest'
import { rankedFirst } from '../../../core/objective/ranked.ts'
import { startTensor, tf } from '../../../core/tensor/index.ts'

beforeAll(() => startTensor())

const share = (similarities: number[][], positives: tf.Tensor = tf.eye(similarities.length)) =>
  rankedFirst(tf.tensor2d(similarities), positives).dataSync()[0]

test('counts the pictures and texts whose own partner comes first', () => {
  // rows: .9 > .8 but .5 < .6; columns: .9 > .6 but .5 < .8
  expect(share([[0.9, 0.8], [0.6, 0.5]])).toBe(0.5) // prettier-ignore
  expect(share([[0.9, 0.1], [0.2, 0.5]])).toBe(1) // prettier-ignore
})

test('counts a tie against, so that equal similarities score nothing', () => {
  expect(share([[0.4, 0.4], [0.4, 0.4]])).toBe(0) // prettier-ignore
})

test('ranks no positive among the negatives', () => {
  expect(share([[0.4, 0.9], [0.9, 0.4]], tf.ones([2, 2]))).toBe(1) // prettier-ignore
})
