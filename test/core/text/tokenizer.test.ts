import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createTokenizer, loadTokenizer, tokenizerJson } from '../../../core/text/tokenizer.ts'
import { withBlipTokens } from '../../../core/text/vocabulary.ts'

const golden = fileURLToPath(new URL('../../fixtures/golden/', import.meta.url))
const tokenizer = loadTokenizer(`${golden}vocab.txt`)
const recorded: { text: string; ids: number[]; decoded: string }[] = JSON.parse(
  readFileSync(`${golden}tokens.json`, 'utf8'),
)

describe('the tokenizer', () => {
  test.each(recorded)('gives the ids that transformers gives: $text', ({ text, ids }) => {
    expect(tokenizer.encode(text, { maxLength: 512 })).toEqual(ids)
  })

  test.each(recorded)('decodes as transformers does: $decoded', ({ ids, decoded }) => {
    // The library closes up apostrophes, as transformers did before version 5.
    expect(tokenizer.decode(ids)).toBe(decoded.replace(" ' ", "'"))
  })

  test('cuts long captions and keeps [SEP]', () => {
    const ids = tokenizer.encode('a dog on the red background', { maxLength: 5 })
    expect(ids).toEqual([2, 5, 11, 17, 3])
  })

  test('begins with the token that the use asks for', () => {
    const first = (['cls', 'dec', 'enc'] as const).map(
      (name) => tokenizer.encode('a dog', { maxLength: 9, first: name })[0],
    )
    expect(first).toEqual([tokenizer.ids.cls, tokenizer.ids.dec, tokenizer.ids.enc])
  })

  test('pads the rows of a batch to one length', () => {
    const rows = tokenizer.encodeBatch(['a dog', 'a dog on the red background'], { length: 6, first: 'dec' })
    expect([...rows]).toEqual([124, 5, 11, 3, 0, 0, 124, 5, 11, 17, 7, 3])
  })

  test('takes a special token in a caption for ordinary text', () => {
    const ids = tokenizer.encode('a [SEP] dog [DEC] [PAD]', { maxLength: 99 })
    expect(ids.at(-1)).toBe(tokenizer.ids.sep)
    const { pad, cls, sep, dec, enc, mask } = tokenizer.ids
    expect(ids.slice(1, -1).filter((id) => [pad, cls, sep, dec, enc, mask].includes(id))).toEqual([])
  })
})

describe('a vocabulary', () => {
  const bert = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'dog']

  test('gets [DEC] and [ENC] at its end where it lacks them', () => {
    expect(withBlipTokens([...bert, ''])).toEqual([...bert, '[DEC]', '[ENC]'])
    expect(createTokenizer(withBlipTokens(bert)).ids).toMatchObject({ dec: 6, enc: 7 })
  })

  test('is refused when a token is missing or stands twice', () => {
    expect(() => withBlipTokens(bert.slice(1))).toThrow(/\[PAD\]/)
    expect(() => withBlipTokens([...bert, 'dog'])).toThrow(/twice/)
  })

  test('stands whole in the tokenizer.json that is exported', () => {
    const { model, added_tokens } = tokenizerJson(tokenizer.vocabulary)
    expect(Object.keys(model.vocab)).toHaveLength(tokenizer.vocabulary.length)
    expect(added_tokens.map(({ content, id }) => [content, id])).toContainEqual(['[ENC]', 125])
  })
})
