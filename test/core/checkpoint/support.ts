import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { toyShape } from '../objective/support.ts'

/** The words of the toy model. */
export const toyVocabulary = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'a',
  'dog',
  'cat',
  'red',
  'blue',
  '[DEC]',
  '[ENC]',
]
export { toyShape }

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-checkpoint-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
