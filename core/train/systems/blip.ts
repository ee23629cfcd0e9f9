import { encodeImages, imageFeature, textFeature } from '../../model/blip.ts'
import type { BlipShape } from '../../model/shape.ts'
import { rememberPicture } from '../../model/text.ts'
import { clampTemperature, contrastiveLoss, positivePairs, similarities } from '../../objective/itc.ts'
import { matchingLoss } from '../../objective/itm.ts'
import { captioningLoss } from '../../objective/lm.ts'
import { fold, tf } from '../../tensor/index.ts'
import { blipPlan, type BlipKnobs } from '../plans/blip.ts'
import type { Losses, StepContext, System } from './system.ts'

/** BLIP (arXiv 2201.12086): the sum of ITC, ITM and LM. */
export const blipSystem: System<BlipShape, BlipKnobs> = {
  plan: blipPlan,
  reports: ({ itcWeight, itmWeight, lmWeight }) => [
    ...(itcWeight > 0 ? ['itc'] : []),
    ...(itmWeight > 0 ? ['itm'] : []),
    ...(lmWeight > 0 ? ['lm'] : []),
    'temperature',
  ],
  variant: (step, { itmWeight, itmFrom }) => (itmWeight > 0 && step < itmFrom ? 'withoutMatching' : ''),
  phases: [{ losses }],
  after: ({ knobs, parameters }) => {
    const temperature = parameters['temp']!
    if (blipPlan.trains('temp', knobs)) clampTemperature(temperature)
    return { temperature }
  },
}

/** The sum of the losses by their weights, and each by itself (0 where it is left out). */
function losses(context: StepContext<BlipShape, BlipKnobs>): Losses {
  const { shape, parameters, knobs, promptLength, model, images, text, caption, sample, captionId, seed } = context
  const image = encodeImages(model, images)
  const contrasts = knobs.itcWeight > 0
  const matches = knobs.itmWeight > 0 && context.variant !== 'withoutMatching'
  const writes = knobs.lmWeight > 0
  const picture = matches || writes ? rememberPicture(model, image) : []
  const none = tf.scalar(0)
  const temperature = parameters['temp']!
  const report = { itc: none, itm: none, lm: none }
  if (contrasts || matches) {
    const features = { image: imageFeature(model, image), text: textFeature(model, text) }
    const positives = positivePairs({ sample, caption: captionId })
    if (contrasts) report.itc = contrastiveLoss({ ...features, positives, temperature })
    if (matches) {
      const scores = similarities(features.image, features.text, temperature)
      const anchors = knobs.itmAnchors > 0 ? Math.min(knobs.itmAnchors, knobs.batchSize) : undefined
      const ids = withFirst(text, shape.text.tokens.enc)
      report.itm = matchingLoss(model, { picture, ids, similarities: scores, positives, seed: fold(seed, -2), anchors })
    }
  }
  if (writes) report.lm = captioningLoss(model, picture, caption, { promptLength, smoothing: knobs.labelSmoothing })
  const loss = tf.addN([
    tf.mul(report.itc, knobs.itcWeight),
    tf.mul(report.itm, knobs.itmWeight),
    tf.mul(report.lm, knobs.lmWeight),
  ]) as tf.Scalar
  return { loss, report }
}

/** Puts another token at the front of each row: int32 [B, L] → [B, L]. */
export function withFirst(ids: tf.Tensor, token: number): tf.Tensor {
  const [batch, length] = ids.shape as [number, number]
  return tf.concat([tf.fill([batch, 1], token, 'int32'), tf.slice(ids, [0, 1], [batch, length - 1])], 1)
}
