/** Control characters other than tab and line ends: no caption has them, binary data does. */
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/
const replacement = '\ufffd'

/** Longest caption that is kept, in UTF-16 units; longer "captions" are files read by mistake. */
export const longestCaption = 10_000

/** White space of any kind becomes one space; control characters and a byte order mark are dropped. */
export function cleanCaption(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text
    .replace(/[\u0000-\u0008\u000e-\u001f\u007f\ufeff]/g, '')
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
