import { z } from 'zod'
import { channels, type GanShape } from '../../model/gan/shape.ts'
import { discriminatorParts, generatorParts } from '../../model/gan/names.ts'
import { share, weight, type CommonKnobs } from './common.ts'
import type { Plan } from './plan.ts'

const knobs = {
  /** Weight of wrong captions against generated pictures in the discriminator's loss. */
  wrongShare: share,
  /** What real pictures with their captions are to score; below 1 softens the discriminator. */
  realTarget: z.number().min(0.5).max(1),
  /** Weight of pictures made from texts between two others; 0 leaves them out. */
  betweenWeight: weight,
  /** Weight of the conditioning's divergence from the standard normal distribution. */
  conditioningWeight: weight,
  /** Weight of the joint embedding of pictures and captions, which teaches the text encoder. */
  matchingWeight: weight,
  /** Factor of the learning rate in the generator's phase. */
  generatorRate: z.number().gt(0),
}
const schema = z.object(knobs)
export type GanKnobs = CommonKnobs & z.infer<typeof schema>

/** Text to picture with a matching-aware discriminator; two phases of one step take turns. */
export const ganPlan: Plan<GanShape, GanKnobs> = {
  system: 'gan',
  family: 'gan',
  knobs,
  alternating: true,
  trains: (name, { matchingWeight }) => matchingWeight > 0 || !name.startsWith('discriminator.projection'),
  keptFloats,
  signatures: (_, { batchSize, matchingWeight }) => [
    // a healthy start dips to 0.09
    { report: 'diversity', value: 0, tolerance: 0.03, code: 'gan-collapse' },
    ...(matchingWeight > 0
      ? [{ report: 'matching', value: Math.log(batchSize), tolerance: 0.02, code: 'contrast-chance' }]
      : []),
  ],
}

export const inDiscriminatorPhase = (name: string) => discriminatorParts.some((part) => name.startsWith(part))
export const inGeneratorPhase = (name: string) => generatorParts.some((part) => name.startsWith(part))

/**
 * The larger phase is the generator's: it and the discriminator on B pictures and half as many between texts. About five tensors
 * (convolution, norm, activation and their copies) for each layer's output, which quarters in places as channels double.
 */
function keptFloats(shape: GanShape, { batchSize, betweenWeight, textLength }: GanKnobs): number {
  const half = shape.image.size / 2
  const outputs = channels(shape).reduce((sum, width, index) => sum + width * (half / 2 ** index) ** 2, 0)
  const rows = batchSize * (betweenWeight > 0 ? 1.5 : 1)
  const pictures = 3 * shape.image.size ** 2
  const words = Math.min(textLength, shape.text.context) * shape.text.width
  return rows * (2 * 5 * outputs + 3 * pictures) + batchSize * words * (shape.text.encoder === 'gru' ? 12 : 3)
}
