import { parseShape } from '../../../../core/model/index.ts'
import { shape as trainee } from '../trainee.ts'
import type { Toy } from './toys.ts'

const { vocabularySize, tokens, context } = trainee.text
const text = { vocabularySize, tokens, context, width: 8 }

/** Toys of the recipes whose losses have rivals. */
export const adversarialToys: Record<string, Toy> = {
  gan: {
    shape: parseShape({
      name: 'toy',
      family: 'gan',
      image: { size: 8, width: 4, groups: 2 },
      text: { ...text, encoder: 'gru' },
      embed: 8,
      condition: 4,
      noise: 4,
    }),
  },
  acmr: {
    shape: parseShape({
      name: 'toy',
      family: 'acmr',
      image: { size: 8, widths: [4, 8], blocks: 1, groups: 2 },
      text,
      inner: 8,
      embed: 8,
    }),
  },
}
