import { expect, test } from 'vitest'
import { ciderD } from '../../../core/evaluate/cider.ts'
import { wordF1 } from '../../../core/evaluate/wordOverlap.ts'

const captions = [
  'a red fox on a green field',
  'two dogs on a blue background',
  'a cat',
  'a big apple and a small banana on a black background',
  'a dog',
]
const references = [
  ['a red fox on a green background', 'one fox'],
  ['two small dogs on a blue background'],
  ['a cat left of a dog on a white background'],
  ['a big apple and a small banana on a black background'],
  ['nothing alike here'],
]

test('CIDEr-D is that of pycocoevalcap, picture by picture and in all', () => {
  // pycocoevalcap 1.2, CiderScorer on these very captions
  expect(ciderD(captions, references)).toBeCloseTo(4.448839976714855, 9)
  const expected = [4.330468098251136, 7.079124441534528, 0.8346073437886139, 10, 0]
  expected.forEach((score, at) => {
    const others = captions.map((caption, index) => (index === at ? caption : 'zzz'))
    expect(ciderD(others, references) * captions.length).toBeCloseTo(score, 9)
  })
})

test('CIDEr-D of a single picture is 0, as no word tells it apart, and so is that of none', () => {
  expect(ciderD(['a dog'], [['a dog']])).toBe(0)
  expect(ciderD([], [])).toBe(0)
})

test('the F1 of words counts repeats and takes the best reference', () => {
  expect(wordF1(['a dog'], [['A dog!']])).toBe(1)
  expect(wordF1(['a a a'], [['a dog']])).toBeCloseTo((2 * 1) / 5, 10)
  expect(wordF1(['a dog'], [['two cats', 'a red dog']])).toBeCloseTo((2 * 2) / 5, 10)
  expect(wordF1(['', 'a dog'], [['a dog'], ['a dog']])).toBe(0.5)
})
