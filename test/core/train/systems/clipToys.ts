import { parseShape } from '../../../../core/model/index.ts'
import { shape as trainee } from '../trainee.ts'
import type { Toy } from './toys.ts'

const { vocabularySize, tokens, context } = trainee.text
const text = { vocabularySize, tokens, context, width: 8, depth: 1, heads: 2, inner: 16 }
const vit = { kind: 'vit', size: 8, patch: 4, width: 8, depth: 1, heads: 2, inner: 16 }
const resnet = { kind: 'resnet', size: 8, widths: [8, 8], groups: 2, heads: 2 }

/** The second sees through a ResNet and holds three of its four pairs at a time. */
export const clipToys: Record<string, Toy> = {
  clip: { shape: parseShape({ name: 'toy', family: 'clip', image: vit, text, embed: 8 }) },
  siglip: {
    shape: parseShape({ name: 'toy', family: 'clip', image: resnet, text, embed: 8, logits: { scale: 10, bias: -10 } }),
    changes: { chunk: 3 },
  },
}
