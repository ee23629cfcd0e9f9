import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { specialTokenText } from '../text/vocabulary.ts'

/** The files about text that stand beside a published model's weights. */

export const specialTokensMap = {
  unk_token: specialTokenText.unk,
  sep_token: specialTokenText.sep,
  pad_token: specialTokenText.pad,
  cls_token: specialTokenText.cls,
  mask_token: specialTokenText.mask,
}

/** @param context most tokens of a text; @param processor the class that uses the tokenizer */
export function tokenizerConfig(context: number, processor: string) {
  return {
    ...specialTokensMap,
    tokenizer_class: 'BertTokenizer',
    processor_class: processor,
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    clean_up_tokenization_spaces: true,
    model_max_length: context,
  }
}

/** The tokens of a folder that has either of the tokenizer's two files. */
export async function readTokens(folder: string): Promise<string[]> {
  const list = join(folder, 'vocab.txt')
  if (existsSync(list)) return (await readFile(list, 'utf8')).split(/\r?\n/)
  const { model, added_tokens: added = [] } = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'))
  const tokens: string[] = []
  for (const [token, id] of Object.entries<number>(model.vocab)) tokens[id] = token
  for (const { id, content } of added) tokens[id] = content
  return tokens
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
