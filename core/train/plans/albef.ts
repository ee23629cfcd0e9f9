import { z } from 'zod'
import { albefParameterShapes } from '../../model/albef/names.ts'
import type { AlbefShape } from '../../model/albef/shape.ts'
import { imageTokenCount } from '../../model/shape.ts'
import { share, weight, type CommonKnobs } from './common.ts'
import { layerFloats, stackFloats } from './floats.ts'
import { matchingKnobs, matchingSignatures } from './matching.ts'
import { momentumConflict, momentumFloats, momentumKnobs } from './momentum.ts'
import type { Plan } from './plan.ts'

const knobs = {
  ...matchingKnobs,
  mlmWeight: weight,
  /** Share of the words that are asked for. */
  maskRate: share,
  ...momentumKnobs,
}
const schema = z.object(knobs)
export type AlbefKnobs = CommonKnobs & z.infer<typeof schema>

/** ALBEF: contrast before fusion, then matching and masked words, taught by a momentum model. */
export const albefPlan: Plan<AlbefShape, AlbefKnobs> = {
  system: 'albef',
  family: 'albef',
  recomputes: true,
  knobs,
  trains,
  conflict: momentumConflict,
  keptFloats,
  signatures: ({ text }, knobs) => [
    ...matchingSignatures(knobs, knobs.batchSize + knobs.queueSize),
    ...(knobs.mlmWeight > 0
      ? [{ report: 'mlm', value: Math.log(text.vocabularySize), tolerance: 0.02, code: 'words-chance' }]
      : []),
  ],
}

/** The parameters that have a copy in the teacher: it neither matches nor has a temperature of its own. */
export const albefFollowed = (name: string) => !name.startsWith('itm_head') && name !== 'temp'

/** The parameters that the knobs' losses reach. */
function trains(name: string, { itcWeight, itmWeight, mlmWeight }: AlbefKnobs): boolean {
  if (name.startsWith('vision_proj') || name.startsWith('text_proj') || name === 'temp') return itcWeight > 0
  if (name.startsWith('itm_head')) return itmWeight > 0
  if (name.startsWith('text_encoder.cls')) return mlmWeight > 0
  if (name.includes('.crossattention.')) return itmWeight > 0 || mlmWeight > 0
  return true
}

/** As in BLIP's plan, with the text stack in its two halves: captions by themselves, and those that look at a picture. */
function keptFloats(shape: AlbefShape, knobs: AlbefKnobs): number {
  const { batchSize, itmWeight, mlmWeight, itmAnchors, distillation } = knobs
  const { image, text, fusionLayer, embed } = shape
  const length = Math.min(knobs.textLength, text.context)
  const imageTokens = imageTokenCount(shape)
  const seen =
    imageTokens * stackFloats(knobs, { depth: image.depth, input: image.width, layer: layerFloats(image, imageTokens) })
  const texts = (depth: number, looks: number) =>
    stackFloats(knobs, { depth, input: length * text.width, layer: length * layerFloats(text, length) + looks })
  const cross = length * (6 * text.width + 2 * text.heads * imageTokens)
  const anchors = itmAnchors === 0 ? batchSize : Math.min(itmAnchors, batchSize)
  const masked = mlmWeight > 0 ? batchSize : 0
  const fused = (itmWeight > 0 ? 3 * anchors : 0) + masked
  const reading = (batchSize + masked) * texts(fusionLayer, 0)
  const fusing = fused * texts(text.depth - fusionLayer, cross)
  const logits = (distillation > 0 ? 3 : 2) * masked * length * text.vocabularySize
  const momentum = momentumFloats(albefParameterShapes(shape), albefFollowed, { ...knobs, embed })
  return batchSize * seen + reading + fusing + logits + momentum
}
