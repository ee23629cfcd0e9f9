/** Edits the text of the query language term by term, for the chips and menus beside the query box. */

export type RangeField = 'itm' | 'itc' | 'words'

/** Terms at the top level: words, quoted text and bracketed groups. */
export function terms(text: string): string[] {
  const found: string[] = []
  let current = ''
  let quoted = false
  let depth = 0
  for (const letter of text) {
    if (letter === '"') quoted = !quoted
    else if (!quoted && letter === '(') depth++
    else if (!quoted && letter === ')') depth = Math.max(0, depth - 1)
    if (letter === ' ' && !quoted && depth === 0) {
      if (current) found.push(current)
      current = ''
    } else current += letter
  }
  if (current) found.push(current)
  return found
}

/** Joins terms by AND; a bare OR among them is bracketed first, as it binds less tightly. */
function joined(rest: string[], more: string[]): string {
  if (more.length === 0) return rest.join(' ')
  return [...(rest.includes('OR') ? [`(${rest.join(' ')})`] : rest), ...more].join(' ')
}

/** Value of `field:value`, or null. */
export function valueOf(text: string, field: string): string | null {
  const term = terms(text).find((each) => each.startsWith(`${field}:`))
  return term ? term.slice(field.length + 1) : null
}

/** Sets, replaces or (with null) removes `field:value`. */
export function withValue(text: string, field: string, value: string | null): string {
  const rest = terms(text).filter((each) => !each.startsWith(`${field}:`))
  return joined(rest, value === null ? [] : [`${field}:${value}`])
}

/** True when the flag `is:name` stands in the text. */
export function hasFlag(text: string, name: string): boolean {
  return terms(text).includes(`is:${name}`)
}

/** Adds or removes the flag `is:name`. */
export function withFlag(text: string, name: string, on: boolean): string {
  const rest = terms(text).filter((each) => each !== `is:${name}`)
  return joined(rest, on ? [`is:${name}`] : [])
}

const bound = /^(itm|itc|words)(>=|<=|>|<)(-?[\d.]+)$/

/** Bounds of a numeric field; null where there is none. */
export function rangeOf(text: string, field: RangeField): { least: number | null; most: number | null } {
  const range: { least: number | null; most: number | null } = { least: null, most: null }
  for (const term of terms(text)) {
    const [, name, sign, number] = bound.exec(term) ?? []
    if (name !== field) continue
    if (sign!.startsWith('>')) range.least = Number(number)
    else range.most = Number(number)
  }
  return range
}

/** Sets the bounds of a numeric field; null takes a bound away. */
export function withRange(text: string, field: RangeField, least: number | null, most: number | null): string {
  const rest = terms(text).filter((term) => bound.exec(term)?.[1] !== field)
  const bounds = [...(least === null ? [] : [`${field}>=${least}`]), ...(most === null ? [] : [`${field}<=${most}`])]
  return joined(rest, bounds)
}
