import { grammar } from './grammar.ts'

/** Special tokens in the order of their ids; [PAD] has to be 0. [DEC] starts a caption, [ENC] a text to match. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '[DEC]', '[ENC]']

/** Every word that a caption of the sample can hold, sorted. */
export function sampleWords(): string[] {
  const { nouns, colours, words, human, web, noise } = grammar
  const texts = [
    ...nouns.flatMap(({ one, many, synonym }) => [one, many, synonym?.one ?? '', synonym?.many ?? '']),
    ...colours.map(({ name }) => name),
    ...[...words.counts, ...words.small, ...words.big, 'an', 'and'],
    ...Object.entries(words.relations).flat(),
    ...[human.frame, ...web.frames, ...noise.boilerplate, ...noise.generic],
  ]
  const found = texts.flatMap((text) => text.replace(/\{\w+\}/g, ' ').match(/[a-z]+/g) ?? [])
  return [...new Set(found)].filter((word) => word.length > 1).sort()
}

/**
 * WordPiece vocabulary of the sample, one token per line of vocab.txt: specials, marks, digits and letters (so that any
 * lower-case English text has tokens), their continuations, and each word of the sample as one token.
 */
export function sampleVocabulary(): string[] {
  const single = [...'0123456789abcdefghijklmnopqrstuvwxyz']
  const marks = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']
  return [...specialTokens, ...marks, ...single, ...single.map((piece) => `##${piece}`), ...sampleWords()]
}
