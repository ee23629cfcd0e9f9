import { z } from 'zod'
import { imageTokenCount, type BlipShape } from '../../model/shape.ts'
import { blipParameterShapes } from '../../model/names.ts'
import { weight, type CommonKnobs } from './common.ts'
import { layerFloats, stackFloats } from './floats.ts'
import { matchingKnobs, matchingSignatures } from './matching.ts'
import { momentumConflict, momentumFloats, momentumKnobs } from './momentum.ts'
import type { Plan } from './plan.ts'

const knobs = {
  ...matchingKnobs,
  lmWeight: weight,
  labelSmoothing: z.number().min(0).max(0.5),
  ...momentumKnobs,
}
const schema = z.object(knobs)
export type BlipKnobs = CommonKnobs & z.infer<typeof schema>

/** BLIP: contrastive, matching and captioning losses on a mixture of encoder and decoder. */
export const blipPlan: Plan<BlipShape, BlipKnobs> = {
  system: 'blip',
  family: 'blip',
  knobs,
  recomputes: true,
  trains,
  conflict: momentumConflict,
  keptFloats,
  signatures: (_, knobs) => matchingSignatures(knobs, knobs.batchSize + knobs.queueSize),
}

/** The parameters that have a copy in the teacher: those of the two encoders, by themselves. */
export const blipFollowed = (name: string) =>
  /^(vision_model|vision_proj|text_proj|text_encoder)\./.test(name) && !name.includes('.crossattention.')

/**
 * The parameters that the knobs' losses reach. The others get neither update nor decay: fine-tuning a filter must not
 * wear down the captioning half of the model.
 */
function trains(name: string, { itcWeight, itmWeight, lmWeight }: BlipKnobs): boolean {
  const [contrasts, matches, writes] = [itcWeight > 0, itmWeight > 0, lmWeight > 0]
  if (name.startsWith('vision_proj') || name.startsWith('text_proj') || name === 'temp') return contrasts
  if (name.startsWith('itm_head')) return matches
  if (name.startsWith('text_decoder')) return writes
  if (name.includes('.crossattention.')) return matches || writes
  if (name.startsWith('text_encoder') && name.includes('.attention.')) return contrasts || matches
  return true
}

/** The layers of each stack; fused text also keeps its look at the picture; and the logits. */
function keptFloats(shape: BlipShape, knobs: BlipKnobs): number {
  const { batchSize, itcWeight, itmWeight, lmWeight, itmAnchors } = knobs
  const stack = (depth: number, input: number, layer: number) => stackFloats(knobs, { depth, input, layer })
  const { image, text, embed } = shape
  const length = Math.min(knobs.textLength, text.context)
  const imageTokens = imageTokenCount(shape)
  const seen = imageTokens * stack(image.depth, image.width, layerFloats(image, imageTokens))
  const anchors = itmAnchors === 0 ? batchSize : Math.min(itmAnchors, batchSize)
  const plainRows = itcWeight + itmWeight > 0 ? batchSize : 0
  const fusedRows = (itmWeight > 0 ? 3 * anchors : 0) + (lmWeight > 0 ? batchSize : 0)
  const plain = length * stack(text.depth, text.width, layerFloats(text, length))
  const cross = length * stack(text.depth, 0, 6 * text.width + 2 * text.heads * imageTokens)
  const logits = lmWeight > 0 ? 2 * batchSize * length * text.vocabularySize : 0
  const momentum = momentumFloats(blipParameterShapes(shape), blipFollowed, { ...knobs, embed })
  return batchSize * seen + plainRows * plain + fusedRows * (plain + cross) + logits + momentum
}
