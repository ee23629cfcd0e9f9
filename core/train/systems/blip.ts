import { encodeImages, imageFeature, textFeature } from '../../model/blip.ts'
import type { BlipShape } from '../../model/shape.ts'
import { rememberPicture } from '../../model/text.ts'
import { contrastiveLoss } from '../../objective/itc.ts'
import { matchingLoss } from '../../objective/itm.ts'
import { captioningLoss } from '../../objective/lm.ts'
import { untaped } from '../../objective/momentum.ts'
import { fold, tf } from '../../tensor/index.ts'
import { blipFollowed, blipPlan, type BlipKnobs } from '../plans/blip.ts'
import {
  compare,
  fillQueue,
  followParameters,
  momentumState,
  momentumVariant,
  ownPositives,
  teacherOf,
  withoutMatching,
  type Features,
} from './momentum.ts'
import type { Losses, StepContext, System } from './system.ts'
import { activeReports, settleTemperature, weightedSum } from './weighted.ts'

type Context = StepContext<BlipShape, BlipKnobs>

const weightsOf = ({ itcWeight, itmWeight, lmWeight }: BlipKnobs) => ({ itc: itcWeight, itm: itmWeight, lm: lmWeight })

/** BLIP (arXiv 2201.12086): the sum of ITC, ITM and LM; with a momentum teacher and a queue where the knobs ask for them. */
export const blipSystem: System<BlipShape, BlipKnobs> = {
  plan: blipPlan,
  reports: (knobs) => activeReports(weightsOf(knobs)),
  createState: (start) => momentumState(start, blipFollowed),
  variant: momentumVariant,
  before: followParameters,
  phases: [{ losses }],
  after: (context, carried) => {
    fillQueue(context, carried)
    return settleTemperature(context, blipPlan.trains('temp', context.knobs))
  },
}

/** The sum of the losses by their weights, and each by itself (0 where it is left out). */
function losses(context: Context): Losses {
  const { shape, knobs, promptLength, model, images, text, caption, seed } = context
  const image = encodeImages(model, images)
  const contrasts = knobs.itcWeight > 0
  const matches = knobs.itmWeight > 0 && !context.variant.includes(withoutMatching)
  const writes = knobs.lmWeight > 0
  const picture = matches || writes ? rememberPicture(model, image) : []
  const none = tf.scalar(0)
  const report = { itc: none, itm: none, lm: none }
  let carried: Record<string, tf.Tensor> = {}
  if (contrasts || matches) {
    const features = { image: imageFeature(model, image), text: textFeature(model, text) }
    const compared = compare(context, features, taughtFeatures(context))
    carried = compared.carried
    if (contrasts) report.itc = contrastiveLoss(compared)
    if (matches) {
      const anchors = knobs.itmAnchors > 0 ? Math.min(knobs.itmAnchors, knobs.batchSize) : undefined
      const ids = withFirst(text, shape.text.tokens.enc)
      const positives = ownPositives(compared)
      report.itm = matchingLoss(model, { ...compared, picture, ids, positives, seed: fold(seed, -2), anchors })
    }
  }
  if (writes) report.lm = captioningLoss(model, picture, caption, { promptLength, smoothing: knobs.labelSmoothing })
  return { loss: weightedSum(report, weightsOf(knobs)), report, carried }
}

/** The teacher's features of the batch, if there is one; they get no gradient. */
function taughtFeatures(context: Context): Features | undefined {
  const teacher = teacherOf(context)
  if (!teacher) return undefined
  return {
    image: untaped(() => imageFeature(teacher, encodeImages(teacher, context.images))),
    text: untaped(() => textFeature(teacher, context.text)),
  }
}

/** Puts another token at the front of each row: int32 [B, L] → [B, L]. */
export function withFirst(ids: tf.Tensor, token: number): tf.Tensor {
  const [batch, length] = ids.shape as [number, number]
  return tf.concat([tf.fill([batch, 1], token, 'int32'), tf.slice(ids, [0, 1], [batch, length - 1])], 1)
}
