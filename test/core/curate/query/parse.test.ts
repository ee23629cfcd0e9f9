import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../../../core/curate/query/parse.ts'
import { Fault } from '../../../../core/contract/index.ts'

const text = (words: string, prefix = false) => ({ kind: 'text', text: words, prefix })

describe('the query language', () => {
  it('takes an empty query as everything', () => {
    expect(parseQuery('  ')).toEqual({ kind: 'everything' })
  })

  it('joins words side by side by AND, which binds tighter than OR', () => {
    const both = { kind: 'and', parts: [text('red'), text('dog')] }
    expect(parseQuery('red dog')).toEqual(both)
    expect(parseQuery('red AND dog')).toEqual(both)
    expect(parseQuery('cat OR red dog')).toEqual({ kind: 'or', parts: [text('cat'), both] })
    expect(parseQuery('(cat OR red) dog')).toEqual({
      kind: 'and',
      parts: [{ kind: 'or', parts: [text('cat'), text('red')] }, text('dog')],
    })
  })

  it('negates by NOT and by a minus, but leaves hyphens inside words alone', () => {
    expect(parseQuery('-red')).toEqual({ kind: 'not', part: text('red') })
    expect(parseQuery('NOT (red)')).toEqual({ kind: 'not', part: text('red') })
    expect(parseQuery('t-shirt')).toEqual(text('t-shirt'))
  })

  it('takes quotes as a phrase, a star as a beginning, and quoted operators as words', () => {
    expect(parseQuery('"red dog"')).toEqual(text('red dog'))
    expect(parseQuery('do*')).toEqual(text('do', true))
    expect(parseQuery('"red do"*')).toEqual(text('red do', true))
    expect(parseQuery('"OR"')).toEqual(text('OR'))
    expect(parseQuery('"source:web"')).toEqual(text('source:web'))
  })

  it('reads fields', () => {
    expect(parseQuery('source:web')).toEqual({ kind: 'source', value: 'web' })
    expect(parseQuery('is:accepted')).toEqual(parseQuery('decision:accepted'))
    expect(parseQuery('is:missing')).toEqual({ kind: 'flag', flag: 'missing' })
    expect(parseQuery('by:threshold')).toEqual({ kind: 'by', value: 'threshold' })
    expect(parseQuery('itm>0.5')).toEqual({ kind: 'score', metric: 'itm', scorer: null, comparison: '>', value: 0.5 })
    expect(parseQuery('itc@"my run"<=-0.25')).toEqual({
      kind: 'score',
      metric: 'itc',
      scorer: 'my run',
      comparison: '<=',
      value: -0.25,
    })
    expect(parseQuery('words<4')).toEqual({ kind: 'number', field: 'words', comparison: '<', value: 4 })
    expect(parseQuery('id:123')).toEqual({ kind: 'number', field: 'id', comparison: '=', value: 123 })
    expect(parseQuery('path:"a b/c"')).toEqual({ kind: 'path', text: 'a b/c' })
  })

  it.each([
    ['source:wobble', 'wobble', 'web, synthetic, human'],
    ['itm>high', 'number', 'itm>0.5'],
    ['red (dog', 'position 5 is not closed', ''],
    ['red) dog', 'position 4 closes nothing', ''],
    ['red OR', 'missing at the end', ''],
    ['OR red', 'position 1', ''],
    ['"red', 'not closed', ''],
    ['colour:red', 'no field colour:', 'quotes'],
    ['words@x<4', 'Only itm', ''],
    ['()', 'position 2', ''],
    [`${'('.repeat(200)}a${')'.repeat(200)}`, 'nested', ''],
    [`${'-'.repeat(300)}a`, 'negations', ''],
    ['a'.repeat(5000), 'longer', ''],
  ])('says what is wrong with %s', (query, message, hint) => {
    let fault: unknown
    try {
      parseQuery(query)
    } catch (error) {
      fault = error
    }
    expect(fault).toBeInstanceOf(Fault)
    expect((fault as Fault).code).toBe('query-invalid')
    expect((fault as Fault).message).toContain(message)
    expect((fault as Fault).hint).toContain(hint)
  })
})
