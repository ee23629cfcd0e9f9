import { readFileSync } from 'node:fs'
import { Fault } from '../contract/fault.ts'

/** Ids of the tokens that the model treats specially; all are positions in the vocabulary. */
export interface SpecialTokens {
  pad: number
  unk: number
  cls: number
  sep: number
  mask: number
  /** Opens a caption that the decoder writes. */
  dec: number
  /** Opens a caption that is matched with a picture. */
  enc: number
}

const bertTokens = { pad: '[PAD]', unk: '[UNK]', cls: '[CLS]', sep: '[SEP]', mask: '[MASK]' } as const
const blipTokens = { dec: '[DEC]', enc: '[ENC]' } as const
export const specialTokenText = { ...bertTokens, ...blipTokens } as const

/**
 * Reads a WordPiece vocabulary, one token a line (see `withBlipTokens`).
 * @throws Fault `vocabulary-invalid`, or the file system's own error
 */
export function readVocabulary(path: string): string[] {
  return withBlipTokens(readFileSync(path, 'utf8').split(/\r?\n/), path)
}

/**
 * Checks a vocabulary and appends [DEC] and [ENC] where a plain BERT one lacks them, so that 30,522 tokens become
 * 30,524 as in BLIP. An empty last line is dropped.
 * @throws Fault `vocabulary-invalid` when a BERT special token is missing or a token stands twice
 */
export function withBlipTokens(lines: string[], subject?: string): string[] {
  const tokens = lines.at(-1) === '' ? lines.slice(0, -1) : [...lines]
  for (const token of Object.values(blipTokens)) if (!tokens.includes(token)) tokens.push(token)
  if (new Set(tokens).size !== tokens.length) throw invalid('A token stands in it twice.', subject)
  for (const token of Object.values(bertTokens)) {
    if (!tokens.includes(token)) throw invalid(`It lacks the token ${token}.`, subject)
  }
  return tokens
}

/** Finds the special tokens' ids in a vocabulary that has them all. */
export function specialTokens(vocabulary: string[]): SpecialTokens {
  const id = (token: string) => vocabulary.indexOf(token)
  const { pad, unk, cls, sep, mask, dec, enc } = specialTokenText
  return { pad: id(pad), unk: id(unk), cls: id(cls), sep: id(sep), mask: id(mask), dec: id(dec), enc: id(enc) }
}

function invalid(reason: string, subject?: string): Fault {
  return new Fault('vocabulary-invalid', `The vocabulary can't be used. ${reason}`, { subject })
}
