import { z } from 'zod'
import { regionCount, type AlignmentShape } from '../../model/alignment/index.ts'
import { temperature } from '../../model/alignment/names.ts'
import { whole, type CommonKnobs } from './common.ts'
import { layerFloats } from './floats.ts'
import type { Plan, Signature } from './plan.ts'

const knobs = {
  /** How the similarities of a batch are trained: hinge of triplets, or InfoNCE with a learned temperature. */
  loss: z.enum(['triplet', 'contrastive']),
  /** How much more alike own pairs are to be than others; for the triplet loss. */
  margin: z.number().gt(0).max(2),
  /** Which negatives count in the triplet loss. */
  negatives: z.enum(['sum', 'hardest', 'semi-hard']),
  /** Step from which they are chosen so; before it, all count. The hardest are too hard for a space without order. */
  hardestFrom: whole.min(0),
}
const schema = z.object(knobs)
export type AlignmentKnobs = CommonKnobs & z.infer<typeof schema>

/** VSE++, alignment by best regions, and SCAN: one shared space; what differs is the shape's similarity. */
export const alignmentPlan: Plan<AlignmentShape, AlignmentKnobs> = {
  system: 'alignment',
  family: 'alignment',
  knobs,
  trains: (name, { loss }) => loss === 'contrastive' || name !== temperature,
  keptFloats: (shape, knobs) =>
    knobs.batchSize * (imageFloats(shape) + textFloats(shape, knobs)) + matchFloats(shape, knobs),
  signatures: (_, knobs) => collapse(knobs),
}

/** What the loss is when every similarity is the same. Semi-hard negatives have none: it is 0 then, as when all is learned. */
function collapse({ loss, batchSize, margin, negatives }: AlignmentKnobs): Signature[] {
  if (loss === 'contrastive') {
    return [{ report: 'itc', value: Math.log(batchSize), tolerance: 0.02, code: 'contrast-chance' }]
  }
  if (negatives === 'semi-hard') return []
  const one = 2 * batchSize * margin
  const value = negatives === 'sum' ? one * (batchSize - 1) : one
  return [{ report: 'triplet', value, tolerance: 0.005 * value, code: 'triplet-collapse' }]
}

/** As for BLIP's ViT; about five tensors (convolution, norm, activation and their copies) for each layer of a CNN. */
function imageFloats({ image }: AlignmentShape): number {
  if (image.kind === 'patches') {
    const tokens = (image.size / image.patch) ** 2 + 1
    return tokens * image.depth * layerFloats(image, tokens)
  }
  const outputs = image.widths.map((width, stage) => width * (image.size / 2 ** (stage + 1)) ** 2)
  return 5 * (outputs[0]! + 2 * image.blocks * outputs.reduce((sum, floats) => sum + floats, 0))
}

/** As for BLIP's text; about twelve states (gates, products, masks) a word in each direction of a recurrent layer. */
function textFloats({ text, embed }: AlignmentShape, { textLength }: AlignmentKnobs): number {
  const length = Math.min(textLength, text.context)
  if (text.kind === 'transformer') {
    return length * text.depth * layerFloats(text, length)
  }
  const directions = text.kind === 'gru' ? 1 : 2
  return length * (2 * text.width + directions * 12 * embed)
}

/** Every region with every word of all pairs: once for the best regions, about ten times for attention. */
function matchFloats(shape: AlignmentShape, { batchSize, textLength }: AlignmentKnobs): number {
  const tables = { global: 0, words: 2, 'cross-attention': 10 }[shape.match.kind]
  return tables * batchSize ** 2 * regionCount(shape) * Math.min(textLength, shape.text.context)
}
