export interface Completion {
  text: string
  /** Key of its explanation under `query.hint`. */
  hint: string
}

const fields: Completion[] = [
  { text: 'source:web', hint: 'source' },
  { text: 'source:synthetic', hint: 'source' },
  { text: 'source:human', hint: 'source' },
  { text: 'decision:undecided', hint: 'decision' },
  { text: 'decision:accepted', hint: 'decision' },
  { text: 'decision:rejected', hint: 'decision' },
  { text: 'itm>=0.5', hint: 'itm' },
  { text: 'itm<0.5', hint: 'itm' },
  { text: 'itc>=0.3', hint: 'itc' },
  { text: 'words>10', hint: 'words' },
  { text: 'words<4', hint: 'words' },
  { text: 'chars>100', hint: 'chars' },
  { text: 'path:', hint: 'path' },
  { text: 'by:human', hint: 'by' },
  { text: 'by:rule', hint: 'by' },
  { text: 'by:threshold', hint: 'by' },
  { text: 'width<200', hint: 'size' },
  { text: 'height<200', hint: 'size' },
  { text: 'is:missing', hint: 'missing' },
  { text: 'is:unreadable', hint: 'unreadable' },
  { text: 'is:duplicate', hint: 'duplicate' },
]

/** The word of the query in which the caret stands. */
export function wordAt(text: string, caret: number): { from: number; to: number; word: string } {
  const from = text.lastIndexOf(' ', Math.max(0, caret - 1)) + 1
  const end = text.indexOf(' ', caret)
  const to = end === -1 ? text.length : end
  return { from, to, word: text.slice(from, to) }
}

/** What the word under the caret could become. */
export function completionsFor(text: string, caret: number): Completion[] {
  const word = wordAt(text, caret).word.toLowerCase().replace(/^-/, '')
  return fields.filter((field) => field.text.startsWith(word) && field.text !== word)
}

/** The text with the word under the caret replaced, and where the caret goes. */
export function complete(text: string, caret: number, completion: Completion): { text: string; caret: number } {
  const { from, to, word } = wordAt(text, caret)
  const minus = word.startsWith('-') ? '-' : ''
  const before = `${text.slice(0, from)}${minus}${completion.text} `
  return { text: before + text.slice(to).trimStart(), caret: before.length }
}
