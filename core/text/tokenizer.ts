import { Tokenizer as WordPiece } from '@huggingface/tokenizers'
import { readVocabulary, specialTokens, specialTokenText, type SpecialTokens } from './vocabulary.ts'

export interface Tokenizer {
  /** [CLS] … [SEP], cut to `maxLength` tokens with [SEP] kept; `first` puts [DEC] or [ENC] at the front instead. */
  encode(text: string, options: { maxLength: number; first?: 'cls' | 'dec' | 'enc' }): number[]
  /** As `encode`, row after row, each padded to `length`: an Int32Array of texts.length × length. */
  encodeBatch(texts: string[], options: { length: number; first?: 'cls' | 'dec' | 'enc' }): Int32Array
  /** The text of a sequence of ids; special tokens are left out. */
  decode(ids: Iterable<number>): string
  readonly ids: SpecialTokens
  readonly vocabulary: string[]
}

/**
 * BERT's uncased WordPiece over a vocabulary file (one token a line).
 * A special token written out in a caption, such as "[SEP]", is ordinary text and never becomes that token:
 * captions come from the web and must not steer the model's framing.
 */
export function loadTokenizer(vocabularyFile: string): Tokenizer {
  return createTokenizer(readVocabulary(vocabularyFile))
}

/** As `loadTokenizer`, from a list of tokens that holds every special token. */
export function createTokenizer(vocabulary: string[]): Tokenizer {
  const ids = specialTokens(vocabulary)
  const special = new Set(Object.values(ids))
  const library = new WordPiece(wordPieceSettings(vocabulary), {})

  const encode: Tokenizer['encode'] = (text, { maxLength, first = 'cls' }) => {
    const words = library.encode(text, { add_special_tokens: false }).ids
    // Subtle: a vocabulary lookup of the bare word can't yield a special token, as brackets are split off first.
    return [ids[first], ...words.slice(0, maxLength - 2), ids.sep]
  }
  const encodeBatch: Tokenizer['encodeBatch'] = (texts, { length, first = 'cls' }) => {
    const rows = new Int32Array(texts.length * length).fill(ids.pad)
    texts.forEach((text, row) => rows.set(encode(text, { maxLength: length, first }), row * length))
    return rows
  }
  const decode: Tokenizer['decode'] = (sequence) => {
    const words = [...sequence].filter((id) => !special.has(id))
    return words.length === 0 ? '' : library.decode(words) // the library refuses an empty list
  }
  return { encode, encodeBatch, decode, ids, vocabulary }
}

/** The `tokenizer.json` of an uncased BERT tokenizer: what Hugging Face's loaders read. */
export function tokenizerJson(vocabulary: string[]) {
  const ids = specialTokens(vocabulary)
  const added = Object.entries(specialTokenText).map(([name, content]) => ({
    id: ids[name as keyof SpecialTokens],
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }))
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    ...wordPieceSettings(vocabulary),
    added_tokens: added.toSorted((a, b) => a.id - b.id),
    post_processor: {
      type: 'TemplateProcessing',
      single: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
      ],
      pair: [
        { SpecialToken: { id: '[CLS]', type_id: 0 } },
        { Sequence: { id: 'A', type_id: 0 } },
        { SpecialToken: { id: '[SEP]', type_id: 0 } },
        { Sequence: { id: 'B', type_id: 1 } },
        { SpecialToken: { id: '[SEP]', type_id: 1 } },
      ],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [ids.cls], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [ids.sep], tokens: ['[SEP]'] },
      },
    },
  }
}

function wordPieceSettings(vocabulary: string[]) {
  return {
    added_tokens: [],
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: specialTokenText.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
    },
  }
}
