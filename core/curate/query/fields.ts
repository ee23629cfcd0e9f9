import { Fault } from '../../contract/index.ts'
import type { Comparison, Condition } from '../../store/select/condition.ts'

const words = {
  source: ['web', 'synthetic', 'human'],
  decision: ['accepted', 'rejected', 'undecided'],
  by: ['human', 'rule', 'threshold'],
  flag: ['missing', 'unreadable', 'duplicate'],
} as const
const numberFields = ['words', 'chars', 'width', 'height', 'id'] as const
const scoreFields = ['itm', 'itc', 'loss'] as const

const help =
  'Fields: source:, decision:, is:, by:, path:, id:, itm>, itc>, loss>, words>, chars>, width>, height>. To search for the text itself, put it in quotes.'

/** A query that can't be understood: where, and what would be. */
export function invalid(message: string, subject: string, hint = help): Fault {
  return new Fault('query-invalid', message, { subject, hint })
}

/** Reads `name:value` and `name>value`; null if the term is plain text. Faults: query-invalid. */
export function parseField(term: string, at: number): Condition | null {
  const match = /^([A-Za-z]+)(?:@((?:[^\s<>=:"]|"[^"]*")+))?(<=|>=|<|>|=|:)(.*)$/s.exec(term)
  if (!match) return null
  const [, written, scorer, operator, rest] = match
  const name = written!.toLowerCase()
  const value = unquote(rest!)
  const where = `${written}${operator} at position ${at + 1}`
  if (includes(scoreFields, name))
    return scoreField(name, scorer === undefined ? null : unquote(scorer), comparisonOf(operator!), value, where, term)
  if (scorer !== undefined) throw invalid(`Only itm, itc and loss take a model after @, not ${where}.`, term)
  if (includes(numberFields, name))
    return { kind: 'number', field: name, comparison: comparisonOf(operator!), value: toNumber(value, where, term) }
  return wordField(name, operator!, value, where, term)
}

function wordField(name: string, operator: string, value: string, where: string, term: string): Condition {
  if (!['source', 'decision', 'is', 'by', 'path'].includes(name)) throw invalid(`There is no field ${where}.`, term)
  if (operator !== ':' && operator !== '=') throw invalid(`${where} can't be compared; write ${name}:value.`, term)
  if (name === 'path') {
    if (value === '') throw invalid(`${where} needs a part of a path after it.`, term)
    return { kind: 'path', text: value }
  }
  const wanted = value.toLowerCase()
  if (name === 'source' && includes(words.source, wanted)) return { kind: 'source', value: wanted }
  if (name === 'by' && includes(words.by, wanted)) return { kind: 'by', value: wanted }
  if ((name === 'decision' || name === 'is') && includes(words.decision, wanted))
    return { kind: 'decision', value: wanted }
  if (name === 'is' && includes(words.flag, wanted)) return { kind: 'flag', flag: wanted }
  const allowed = name === 'is' ? [...words.decision, ...words.flag] : words[name as 'source' | 'decision' | 'by']
  throw invalid(`${where} can't be “${value}”.`, term, `Allowed: ${allowed.join(', ')}.`)
}

function scoreField(
  metric: (typeof scoreFields)[number],
  scorer: string | null,
  comparison: Comparison,
  value: string,
  where: string,
  term: string,
): Condition {
  return { kind: 'score', metric, scorer, comparison, value: toNumber(value, where, term) }
}

const comparisonOf = (operator: string): Comparison => (operator === ':' ? '=' : (operator as Comparison))

function toNumber(text: string, where: string, term: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value))
    throw invalid(`${where} needs a number after it.`, term, 'For instance itm>0.5 or words<4.')
  return value
}

/** Takes the quotes off. */
export const unquote = (text: string): string => text.replaceAll('"', '')

function includes<T extends string>(list: readonly T[], text: string): text is T {
  return (list as readonly string[]).includes(text)
}
