/** Control characters that no text file holds, but binary data does: all of ASCII's except white space. */
const control = /[^\P{Cc}\t\n\v\f\r\u0080-\u009f]/u
const replacement = '\ufffd'

/** Longest caption that is kept, in UTF-16 units; longer "captions" are files read by mistake. */
export const longestCaption = 10_000

/** White space of any kind becomes one space; control characters and a byte order mark are dropped. */
export function cleanCaption(text: string): string {
  return text
    .replace(/[^\P{Cc}\s]|\ufeff/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
}

export type CaptionProblem = 'caption-empty' | 'caption-binary' | 'caption-too-long'

/** Why a caption from a file can't be used, or null. Text that was not valid UTF-8 holds U+FFFD by now. */
export function captionProblem(text: string): CaptionProblem | null {
  if (control.test(text) || text.includes(replacement)) return 'caption-binary'
  if (text.length > longestCaption) return 'caption-too-long'
  return cleanCaption(text) === '' ? 'caption-empty' : null
}
