import { patches, scan, toyShape, transformer } from '../../model/alignment/support.ts'
import { shape as trainee } from '../trainee.ts'
import type { Toy } from './toys.ts'

const { vocabularySize, tokens, context } = trainee.text
const toy = (text: object, match: Parameters<typeof toyShape>[0]['match'], image = {}) =>
  toyShape({ image, text: { ...text, vocabularySize, tokens, context }, match })

/** Toys of the recipes of the system `alignment`. */
export const alignmentToys: Record<string, Toy> = {
  vse: { shape: toy({ kind: 'gru' }, { kind: 'global' }), changes: { hardestFrom: 3 } },
  alignment: { shape: toy({ kind: 'bilstm' }, { kind: 'words' }) },
  'alignment-transformer': { shape: toy(transformer, { kind: 'words' }, patches) },
  scan: { shape: toy({ kind: 'bigru' }, scan('text-to-image')), changes: { hardestFrom: 3 } },
}
