/** Scripts written without spaces: the word index can't split them, so they are searched as parts of the text. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const wordLike = /[\p{L}\p{N}]/u

/** Whether the word index can answer for this text. */
export const isIndexed = (text: string): boolean => wordLike.test(text) && !unspaced.test(text)

/** The text as one phrase of the word index's language. */
export function toPhrase(text: string, prefix: boolean): string {
  return `"${text.replaceAll('"', '""')}"${prefix ? ' *' : ''}`
}

/** A LIKE pattern, with \ as escape, for text that contains this. */
export const toPattern = (text: string): string => `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
