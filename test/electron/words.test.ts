import { expect, it } from 'vitest'
import { wordsFor } from '../../electron/words.ts'

it('speaks Chinese to Chinese systems and English to all others', () => {
  expect(wordsFor('zh-CN').quit).toBe('退出')
  expect(wordsFor('de').quit).toBe('Quit')
})

it('has every word in both languages', () => {
  expect(Object.keys(wordsFor('zh')).sort()).toEqual(Object.keys(wordsFor('en')).sort())
})
