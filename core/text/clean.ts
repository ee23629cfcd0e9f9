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

export type CleaningPreset = 'none' | 'blip' | 'albef'

/** Words that BLIP's and ALBEF's pre_caption keep. */
const mostWords = 30

/**
 * A caption as a paper's training code reads it (data/utils.py in BLIP, dataset/utils.py in ALBEF; the two differ in what
 * they delete and what becomes a space). `none` leaves it alone.
 */
export function cleanForTraining(text: string, preset: CleaningPreset): string {
  if (preset === 'none') return text
  const lower = text.toLowerCase()
  const plain =
    preset === 'blip'
      ? lower.replace(/[.!"()*#:;~]/g, ' ')
      : lower
          .replace(/[,.'!?"()*#:;~]/g, '')
          .replace(/[-/]/g, ' ')
          .replaceAll('<person>', 'person')
  return plain.replace(/\s+/g, ' ').trim().split(' ').slice(0, mostWords).join(' ')
}
