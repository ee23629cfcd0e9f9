import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sampleVocabulary } from '../../../../core/exchange/sample/index.ts'

const read = (model: string) =>
  readFileSync(new URL(`../../../../resources/models/${model}/vocab.txt`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')

describe('the vocabulary of the tiny model', () => {
  it('is the shipped file', () => {
    expect(read('tiny')).toEqual(sampleVocabulary())
  })

  it('pads with token 0, holds no token twice, and can spell any word', () => {
    const tokens = sampleVocabulary()
    expect(tokens[0]).toBe('[PAD]')
    expect(new Set(tokens).size).toBe(tokens.length)
    for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789')
      expect(tokens).toEqual(expect.arrayContaining([letter, `##${letter}`]))
  })
})

describe('the vocabulary of the base model', () => {
  it('is that of BERT, uncased', () => {
    const tokens = read('base')
    expect(tokens).toHaveLength(30522)
    expect([tokens[0], tokens[101], tokens[102], tokens[103]]).toEqual(['[PAD]', '[CLS]', '[SEP]', '[MASK]'])
  })
})
