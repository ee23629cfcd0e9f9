import { expect, test } from 'vitest'
import { mostCommonCaption, unigramCrossEntropy } from '../../../core/evaluate/unigram.ts'

test('held-out tokens cost what their frequency in training says', () => {
  // seen 3 and 1 times, each counted once more: 4/6 and 2/6
  const nats = unigramCrossEntropy(
    [
      [0, 0],
      [0, 1],
    ],
    [[0, 1]],
    2,
  )
  expect(nats).toBeCloseTo(-(Math.log(4 / 6) + Math.log(2 / 6)) / 2, 10)
})

test('a token that training never saw is costly, not impossible', () => {
  expect(unigramCrossEntropy([[0, 0, 0]], [[1]], 2)).toBeCloseTo(Math.log(5), 10)
})

test('without training it is the logarithm of the vocabulary, and without held-out tokens 0', () => {
  expect(unigramCrossEntropy([], [[3, 4]], 50)).toBeCloseTo(Math.log(50), 10)
  expect(unigramCrossEntropy([[1]], [], 50)).toBe(0)
})

test('padding is not a token of its own: rows may differ in length', () => {
  expect(unigramCrossEntropy([new Int32Array([0]), [0, 0]], [[0], [0, 0]], 2)).toBeCloseTo(Math.log(5 / 4), 10)
})

test('the most common caption is the first of equally common ones', () => {
  expect(mostCommonCaption(['a dog', 'a cat', 'a cat', 'a dog'])).toBe('a dog')
  expect(mostCommonCaption(['a dog', 'a cat', 'a cat'])).toBe('a cat')
  expect(mostCommonCaption([])).toBe('')
})
