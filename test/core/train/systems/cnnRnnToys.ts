import { cnnRnnShape, type CnnRnnShape } from '../../../../core/model/cnnRnn/shape.ts'
import { shape as trainee } from '../trainee.ts'
import type { Toy } from './toys.ts'

const { vocabularySize, tokens, context } = trainee.text

/** A captioner over four places, as small as can be. */
export const cnnRnnToy = (text: object): CnnRnnShape =>
  cnnRnnShape.parse({
    name: 'toy',
    family: 'cnn-rnn',
    image: { size: 8, widths: [4, 8], blocks: 1, groups: 2 },
    text: { width: 16, vocabularySize, tokens, context, ...text },
  })

/** Toys of the recipes of the system `cnn-rnn`. */
export const cnnRnnToys: Record<string, Toy> = {
  'cnn-rnn': { shape: cnnRnnToy({ kind: 'lstm', fusion: 'attention' }) },
}
