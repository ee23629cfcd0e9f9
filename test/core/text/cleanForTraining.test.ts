import { expect, test } from 'vitest'
import { cleanForTraining } from '../../../core/text/clean.ts'

const caption = 'A man-made "Lake" (blue), it’s cold: <person> & 1/2 dogs!'

test('leaves a caption alone unless asked', () => {
  expect(cleanForTraining(caption, 'none')).toBe(caption)
})

test('reads it as BLIP does: signs become spaces, commas and hyphens stay', () => {
  expect(cleanForTraining(caption, 'blip')).toBe('a man-made lake blue , it’s cold <person> & 1/2 dogs')
})

test('reads it as ALBEF does: signs vanish, hyphens and slashes become spaces', () => {
  expect(cleanForTraining(caption, 'albef')).toBe(
    'a man made lake blue it’s cold <person> & 1 2 dogs'.replace('<person>', 'person'),
  )
})

test('keeps thirty words', () => {
  const long = Array.from({ length: 40 }, (_, index) => `w${index}`).join(' ')
  expect(cleanForTraining(long, 'blip').split(' ')).toHaveLength(30)
})
