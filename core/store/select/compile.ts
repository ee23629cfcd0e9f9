import { Fault } from '../../contract/index.ts'
import { deciderCode, decisionCode, metricCode, sourceCode } from '../codes.ts'
import { all, type Db } from '../database.ts'
import type { Condition } from './condition.ts'
import { isIndexed, toPattern, toPhrase } from './text.ts'

/** A piece of SQL over `caption c JOIN sample s`, and the values bound to it. */
export interface Fragment {
  sql: string
  values: (string | number)[]
}

type TextPart = Extract<Condition, { kind: 'text' }>

/** Compiles a condition to SQL; every part is true or false, never NULL, so that NOT means the rest. */
export function compile(db: Db, condition: Condition): Fragment {
  switch (condition.kind) {
    case 'everything':
      return { sql: '1', values: [] }
    case 'and':
      return join(conjunction(db, condition.parts), 'AND')
    case 'or':
      return join(
        condition.parts.map((part) => compile(db, part)),
        'OR',
      )
    case 'not': {
      const { sql, values } = compile(db, condition.part)
      return { sql: `NOT ${sql}`, values }
    }
    case 'text':
      return compileText([condition])
    case 'path':
      return { sql: `s.path LIKE ? ESCAPE '\\'`, values: [toPattern(condition.text)] }
    case 'source':
      return { sql: 'c.source = ?', values: [sourceCode(condition.value)] }
    case 'decision':
      return { sql: 'c.decision = ?', values: [decisionCode(condition.value)] }
    case 'by':
      return { sql: 'c.decided_by IS ?', values: [deciderCode(condition.value)] }
    case 'flag':
      return { sql: flags[condition.flag], values: [] }
    case 'number': {
      const column = numbers[condition.field]
      return { sql: `(${column} IS NOT NULL AND ${column} ${condition.comparison} ?)`, values: [condition.value] }
    }
    case 'score':
      return compileScore(db, condition)
  }
}

const flags = { missing: 'c.chars = 0', unreadable: 's.fault IS NOT NULL', duplicate: 's.duplicate_of IS NOT NULL' }
const numbers = { words: 'c.words', chars: 'c.chars', width: 's.width', height: 's.height', id: 'c.sample_id' }

/** Words that must all occur are asked of the index at once, which is much faster than one by one. */
function conjunction(db: Db, parts: Condition[]): Fragment[] {
  const isIndexedText = (part: Condition): part is TextPart => part.kind === 'text' && isIndexed(part.text)
  const texts = parts.filter(isIndexedText)
  const others = parts.filter((part) => !isIndexedText(part)).map((part) => compile(db, part))
  return texts.length > 0 ? [...others, compileText(texts)] : others
}

function compileText(parts: TextPart[]): Fragment {
  const [first] = parts
  if (first && !isIndexed(first.text)) return { sql: `c.text LIKE ? ESCAPE '\\'`, values: [toPattern(first.text)] }
  const match = parts.map(({ text, prefix }) => toPhrase(text, prefix)).join(' AND ')
  return { sql: 'c.id IN (SELECT rowid FROM caption_fts WHERE caption_fts MATCH ?)', values: [match] }
}

function compileScore(db: Db, { metric, scorer, comparison, value }: Extract<Condition, { kind: 'score' }>): Fragment {
  if (scorer === null) return { sql: `(c.${metric} IS NOT NULL AND c.${metric} ${comparison} ?)`, values: [value] }
  return {
    sql: `EXISTS (SELECT 1 FROM score WHERE caption_id = c.id AND metric = ? AND scorer = ? AND value ${comparison} ?)`,
    values: [metricCode(metric), findScorer(db, scorer), value],
  }
}

/** Id of a scorer by name or start of its hash. Faults: query-invalid. */
export function findScorer(db: Db, text: string): number {
  const scorers = all<{ id: number; hash: string; name: string }>(db, 'SELECT * FROM scorer ORDER BY id DESC')
  const exact = scorers.find(({ name, hash }) => name === text || hash === text)
  const starting = scorers.filter(({ hash }) => text !== '' && hash.startsWith(text.toLowerCase()))
  const found = exact ?? (starting.length === 1 ? starting[0] : undefined)
  if (found) return found.id
  const names = scorers.map(({ name }) => name).join(', ') || 'none yet'
  throw new Fault(
    'query-invalid',
    `${starting.length > 1 ? 'Several models' : 'No model'} called “${text}” scored captions here.`,
    {
      subject: text,
      hint: `Models with scores: ${names}.`,
    },
  )
}

function join(parts: Fragment[], operator: 'AND' | 'OR'): Fragment {
  return {
    sql: `(${parts.map(({ sql }) => sql).join(` ${operator} `)})`,
    values: parts.flatMap(({ values }) => values),
  }
}
