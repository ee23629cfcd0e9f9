import { describe, expect, it } from 'vitest'
import { complete, completionsFor } from '../../../renderer/composables/queryCompletion.ts'
import {
  hasFlag,
  rangeOf,
  terms,
  valueOf,
  withFlag,
  withRange,
  withValue,
} from '../../../renderer/composables/queryText.ts'

describe('the text of a query', () => {
  it('is split at spaces outside quotes and brackets', () => {
    expect(terms('red "big fox" (a or b) source:web')).toEqual(['red', '"big fox"', '(a or b)', 'source:web'])
  })

  it('gets, changes and loses a value without touching the rest', () => {
    const set = withValue('fox source:web', 'source', 'human')
    expect(set).toBe('fox source:human')
    expect(valueOf(set, 'source')).toBe('human')
    expect(withValue(set, 'source', null)).toBe('fox')
  })

  it('leaves a field inside a phrase alone', () => {
    expect(withValue('"source:web rocks"', 'source', 'human')).toBe('"source:web rocks" source:human')
  })

  it('brackets alternatives before it narrows them', () => {
    expect(withValue('fox OR dog', 'source', 'web')).toBe('(fox OR dog) source:web')
  })

  it('takes flags on and off', () => {
    expect(hasFlag(withFlag('fox', 'missing', true), 'missing')).toBe(true)
    expect(withFlag('is:missing fox', 'missing', false)).toBe('fox')
  })

  it('reads and writes the bounds of a score', () => {
    const text = withRange('fox itm>0.2', 'itm', 0.25, 0.75)
    expect(text).toBe('fox itm>=0.25 itm<=0.75')
    expect(rangeOf(text, 'itm')).toEqual({ least: 0.25, most: 0.75 })
    expect(rangeOf(text, 'itc')).toEqual({ least: null, most: null })
  })
})

describe('completion', () => {
  it('offers what the word under the caret can become', () => {
    expect(completionsFor('fox sou', 7).map((each) => each.text)).toContain('source:web')
    expect(completionsFor('fox', 3)).toEqual([])
  })

  it('replaces only that word and keeps its minus', () => {
    expect(complete('-sou fox', 4, { text: 'source:web', hint: '' })).toEqual({ text: '-source:web fox', caret: 12 })
  })
})
