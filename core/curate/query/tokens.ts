/** A piece of a query with its place, counted from 0. */
export interface Token {
  kind: 'open' | 'close' | 'minus' | 'and' | 'or' | 'not' | 'term'
  text: string
  at: number
}

const operators: Record<string, Token['kind']> = { AND: 'and', OR: 'or', NOT: 'not' }
/** Runs without spaces and parentheses; quoted parts may hold both. A quote that is never closed runs to the end. */
const piece = /\s+|[()]|-(?=\S)|(?:[^\s()"]|"[^"]*(?:"|$))+/gy

/** Cuts a query into tokens; only white space is dropped. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(piece)) {
    const [found] = match
    if (found.trim() === '') continue
    tokens.push({ kind: kindOf(found), text: found, at: match.index })
  }
  return tokens
}

function kindOf(text: string): Token['kind'] {
  if (text === '(') return 'open'
  if (text === ')') return 'close'
  if (text === '-') return 'minus'
  return operators[text] ?? 'term'
}
