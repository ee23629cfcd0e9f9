import type { Shape } from '../../../../core/model/index.ts'
import { shape as blip, vocabulary } from '../trainee.ts'
import { adversarialToys } from './adversarialToys.ts'
import { albefToys } from './albefToys.ts'
import { alignmentToys } from './alignmentToys.ts'
import { clipToys } from './clipToys.ts'
import { cnnRnnToys } from './cnnRnnToys.ts'
import { qformerToys } from './qformerToys.ts'

/** A model as small as can be for a recipe, and what is changed of the recipe to train it in a moment. */
export interface Toy {
  shape: Shape
  changes?: Record<string, number | string | boolean>
}

export { vocabulary }
/** The special tokens and the vocabulary's size, for the text part of a toy shape. */
export const toyText = {
  vocabularySize: blip.text.vocabularySize,
  tokens: blip.text.tokens,
  context: blip.text.context,
}

/** One for every recipe that is shipped (a test sees to it). */
export const toys: Record<string, Toy> = {
  pretrain: { shape: blip, changes: { itmFrom: 3 } },
  captioner: { shape: blip },
  filter: { shape: blip },
  finetune: { shape: blip },
  quality: { shape: blip },
  ...adversarialToys,
  ...albefToys,
  ...alignmentToys,
  ...clipToys,
  ...cnnRnnToys,
  ...qformerToys,
}
