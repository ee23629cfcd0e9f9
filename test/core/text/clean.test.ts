import { expect, it } from 'vitest'
import { captionProblem, cleanCaption } from '../../../core/text/clean.ts'

it('cleans white space, marks and control characters', () => {
  expect(cleanCaption('\ufeff  a\tred\u00a0\u3000dog \r\n runs\u0007 ')).toBe('a red dog runs')
  expect(cleanCaption('déjà 犬 🐕')).toBe('déjà 犬 🐕')
})

it('tells why a caption cannot be used', () => {
  expect(captionProblem('a dog\tand a cat\n')).toBeNull()
  expect(captionProblem(' \n\u00a0')).toBe('caption-empty')
  expect(captionProblem('a\0b')).toBe('caption-binary')
  expect(captionProblem('caf\ufffd')).toBe('caption-binary')
  expect(captionProblem('x'.repeat(10_001))).toBe('caption-too-long')
})
