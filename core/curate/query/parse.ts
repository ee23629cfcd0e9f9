import type { Condition } from '../../store/select/condition.ts'
import { invalid, parseField, unquote } from './fields.ts'
import { tokenize, type Token } from './tokens.ts'

const maximumLength = 4000
const maximumDepth = 100

/**
 * Parses the query language of docs/query.md. AND binds tighter than OR; terms side by side are
 * joined by AND. Faults: query-invalid, with the place.
 */
export function parseQuery(text: string): Condition {
  if (text.length > maximumLength)
    throw invalid(`The query is longer than ${maximumLength} characters.`, `${text.slice(0, 40)}…`)
  const tokens = tokenize(text)
  let next = 0

  const peek = (): Token | undefined => tokens[next]
  const atEnd = () => peek() === undefined || peek()!.kind === 'close' || peek()!.kind === 'or'

  function alternatives(depth: number): Condition {
    if (depth > maximumDepth) throw invalid('The query has too many nested parentheses.', text.slice(0, 40))
    const parts = [sequence(depth)]
    while (peek()?.kind === 'or') {
      next++
      parts.push(sequence(depth))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
  }

  function sequence(depth: number): Condition {
    const parts = [unary(depth)]
    while (!atEnd()) {
      if (peek()!.kind === 'and') next++
      parts.push(unary(depth))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts }
  }

  function unary(depth: number): Condition {
    const token = peek()
    if (token?.kind === 'minus' || token?.kind === 'not') {
      next++
      if (depth > maximumDepth) throw invalid('The query has too many negations.', text.slice(0, 40))
      return { kind: 'not', part: unary(depth + 1) }
    }
    return primary(token, depth)
  }

  function primary(token: Token | undefined, depth: number): Condition {
    if (!token) throw invalid(`Something is missing at the end, after ${before(next)}.`, text)
    next++
    if (token.kind === 'term') return parseTerm(token)
    if (token.kind !== 'open')
      throw invalid(
        `${token.text} at position ${token.at + 1} has nothing to stand for.`,
        token.text,
        'Put a term on both sides, or quotes around the word.',
      )
    const inner = alternatives(depth + 1)
    if (peek()?.kind !== 'close') throw invalid(`The parenthesis at position ${token.at + 1} is not closed.`, text)
    next++
    return inner
  }

  const before = (index: number): string => (index > 0 ? tokens[index - 1]!.text : 'nothing')

  if (tokens.length === 0) return { kind: 'everything' }
  const condition = alternatives(0)
  const rest = peek()
  if (rest) throw invalid(`The parenthesis at position ${rest.at + 1} closes nothing.`, rest.text)
  return condition
}

function parseTerm({ text, at }: Token): Condition {
  if ((text.match(/"/g)?.length ?? 0) % 2 === 1)
    throw invalid(`The quote in the term at position ${at + 1} is not closed.`, text)
  const field = text.startsWith('"') ? null : parseField(text, at)
  if (field) return field
  const prefix = text.endsWith('*')
  const words = unquote(prefix ? text.slice(0, -1) : text).trim()
  if (words === '') throw invalid(`The term at position ${at + 1} is empty.`, text)
  return { kind: 'text', text: words, prefix }
}
