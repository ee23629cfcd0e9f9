import { z } from 'zod'
import type { AcmrShape } from '../../model/acmr/shape.ts'
import { cnnGrid } from '../../model/names-cnn.ts'
import { weight, type CommonKnobs } from './common.ts'
import type { Plan } from './plan.ts'

const knobs = {
  /** Weights of the three losses. */
  wordWeight: weight,
  tripletWeight: weight,
  /** Weight of the reversed gradient at its full strength; 0 trains the classifier of modalities without fooling it. */
  adversarialWeight: weight,
  margin: z.number().gt(0).max(2),
  negatives: z.enum(['sum', 'hardest', 'semi-hard']),
}
const schema = z.object(knobs)
export type AcmrKnobs = CommonKnobs & z.infer<typeof schema>

/** Adversarial cross-modal retrieval: one phase, since the gradient reversal turns the classifier's loss round on its way. */
export const acmrPlan: Plan<AcmrShape, AcmrKnobs> = {
  system: 'acmr',
  family: 'acmr',
  knobs,
  trains: (name, { wordWeight }) => wordWeight > 0 || !name.startsWith('words.'),
  keptFloats,
  signatures: ({ text }, { margin, negatives, tripletWeight, wordWeight }) => [
    // the loss is a mean over the batch: two directions, each at its margin
    ...(tripletWeight > 0 && negatives === 'hardest'
      ? [{ report: 'triplet', value: 2 * margin, tolerance: 0.02 * margin, code: 'triplet-collapse' }]
      : []),
    ...(wordWeight > 0
      ? [{ report: 'words', value: Math.log(text.vocabularySize), tolerance: 0.02, code: 'vocabulary-chance' }]
      : []),
  ],
}

/** Each residual block keeps about ten tensors of its grid; the projectors and the scores of words are small beside. */
function keptFloats({ image, text, inner, embed }: AcmrShape, { batchSize, textLength }: AcmrKnobs): number {
  const side = cnnGrid(image.size, { ...image, widths: image.widths.slice(0, 1) })
  const blocks = image.widths.reduce((sum, width, stage) => sum + width * Math.ceil(side / 2 ** stage) ** 2, 0)
  const grid = blocks * (10 * image.blocks + 4)
  const words = Math.min(textLength, text.context) * text.width * 3
  return batchSize * (grid + words + 4 * inner + 12 * embed + 6 * text.vocabularySize)
}
