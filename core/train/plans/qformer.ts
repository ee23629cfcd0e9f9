import { z } from 'zod'
import { looksAtPicture } from '../../model/qformer/names.ts'
import type { QFormerShape } from '../../model/qformer/shape.ts'
import { imageTokenCount } from '../../model/shape.ts'
import { weight, type CommonKnobs } from './common.ts'
import { layerFloats, stackFloats } from './floats.ts'
import { matchingKnobs, matchingSignatures } from './matching.ts'
import type { Plan } from './plan.ts'

const knobs = {
  ...matchingKnobs,
  lmWeight: weight,
  /** Of the captioning loss. */
  labelSmoothing: z.number().min(0).max(0.5),
  /** Of the contrastive loss. */
  contrastSmoothing: z.number().min(0).max(0.5),
  /** Whether pairs of the same picture or caption are positives of the contrastive loss too. */
  positivesById: z.boolean(),
  /** Keeps the picture encoder as it is, but for its last norm. */
  freezeVision: z.boolean(),
}
const schema = z.object(knobs)
export type QFormerKnobs = CommonKnobs & z.infer<typeof schema>

/** BLIP-2's first stage: contrastive, matching and captioning losses through learned queries. */
export const qformerPlan: Plan<QFormerShape, QFormerKnobs> = {
  system: 'qformer',
  family: 'qformer',
  recomputes: true,
  knobs,
  trains,
  keptFloats,
  signatures: (_, knobs) => matchingSignatures(knobs, knobs.batchSize),
}

/** The parameters that the knobs' losses reach. The frozen encoder's last norm is trained, as in LAVIS (`ln_vision`). */
function trains(name: string, { itcWeight, itmWeight, lmWeight, freezeVision }: QFormerKnobs): boolean {
  if (name.startsWith('vision_model.')) return !freezeVision || name.startsWith('vision_model.post_layernorm')
  if (/^(vision_projection|text_projection|temp)/.test(name)) return itcWeight > 0
  if (name.startsWith('itm_head')) return itmWeight > 0
  if (name.startsWith('cls.')) return lmWeight > 0
  return true
}

/** The layers of each stack; queries also keep their look at the picture, and matching its copies of the pictures' keys and values; and the logits. */
function keptFloats(shape: QFormerShape, knobs: QFormerKnobs): number {
  const { batchSize, itcWeight, itmWeight, lmWeight, itmAnchors, freezeVision, recompute } = knobs
  const { image, text, queries } = shape
  const length = Math.min(knobs.textLength, text.context)
  const imageTokens = imageTokenCount(shape)
  const looks = Array.from({ length: text.depth }, (_, i) => looksAtPicture(shape, i)).filter(Boolean).length
  /** Keys and values are made outside of the layers that are run again. */
  const stack = (places: number, among: number) =>
    places * stackFloats(knobs, { depth: text.depth, input: 3 * text.width, layer: layerFloats(text, among) })
  const seen = freezeVision
    ? 0
    : imageTokens *
      stackFloats(knobs, { depth: image.depth, input: image.width, layer: layerFloats(image, imageTokens) })
  const cross = queries * (recompute ? 1 : looks) * (6 * text.width + 2 * text.heads * imageTokens)
  const asked = stack(queries, queries) + cross
  const memory = 2 * imageTokens * looks * text.width
  const read = stack(length, length)
  const written = stack(length, queries + length) + 2 * length * text.vocabularySize
  const matched = stack(queries + length, queries + length) + cross + memory
  const anchors = itmAnchors === 0 ? batchSize : Math.min(itmAnchors, batchSize)
  const pairs = seen + memory + asked + (itcWeight + itmWeight > 0 ? read : 0) + (lmWeight > 0 ? written : 0)
  return batchSize * pairs + (itmWeight > 0 ? 3 * anchors * matched : 0)
}
