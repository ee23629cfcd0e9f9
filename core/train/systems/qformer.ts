import {
  captionLogits,
  encodeImages,
  encodeQueries,
  imageFeatures,
  matchLogits,
  rememberPicture,
  textFeature,
  type PictureMemory,
} from '../../model/qformer/qformer.ts'
import type { QFormerShape } from '../../model/qformer/shape.ts'
import { querySimilarities } from '../../model/qformer/similarities.ts'
import { positivePairs } from '../../objective/itc.ts'
import { matchingCrossEntropy, matchingRows, pick } from '../../objective/itm.ts'
import { nextTokenLoss } from '../../objective/lm.ts'
import { smoothedContrastiveLoss } from '../../objective/smoothedContrast.ts'
import { fold, tf } from '../../tensor/index.ts'
import { qformerPlan, type QFormerKnobs } from '../plans/qformer.ts'
import type { Losses, StepContext, System } from './system.ts'
import { activeReports, settleTemperature, weightedSum } from './weighted.ts'

type Context = StepContext<QFormerShape, QFormerKnobs>

const weightsOf = ({ itcWeight, itmWeight, lmWeight }: QFormerKnobs) => ({
  itc: itcWeight,
  itm: itmWeight,
  lm: lmWeight,
})

/** BLIP-2, first stage (arXiv 2301.12597, section 3.2): the sum of ITC, ITM and ITG (reported as `lm`). */
export const qformerSystem: System<QFormerShape, QFormerKnobs> = {
  plan: qformerPlan,
  reports: (knobs) => activeReports(weightsOf(knobs)),
  variant: (step, { itmWeight, itmFrom }) => (itmWeight > 0 && step < itmFrom ? 'withoutMatching' : ''),
  phases: [{ losses }],
  after: (context) => settleTemperature(context, qformerPlan.trains('temp', context.knobs)),
}

/** The sum of the losses by their weights, and each by itself (0 where it is left out). */
function losses(context: Context): Losses {
  const { knobs, model, images, text, parameters } = context
  const picture = rememberPicture(model, encodeImages(model, images))
  const looked = encodeQueries(model, picture, knobs.batchSize)
  const contrasts = knobs.itcWeight > 0
  const matches = knobs.itmWeight > 0 && context.variant !== 'withoutMatching'
  const none = tf.scalar(0)
  const report = { itc: none, itm: none, lm: none }
  if (contrasts || matches) {
    const cosines = querySimilarities(imageFeatures(model, looked), textFeature(model, text))
    const similarities = tf.div(cosines, parameters['temp']!)
    if (contrasts) report.itc = contrastiveLoss(context, similarities)
    if (matches) report.itm = matchingLoss(context, picture, similarities)
  }
  if (knobs.lmWeight > 0) report.lm = captioningLoss(context, looked.memory)
  return { loss: weightedSum(report, weightsOf(knobs)), report }
}

function contrastiveLoss({ knobs, sample, captionId }: Context, logits: tf.Tensor): tf.Scalar {
  const positives = knobs.positivesById ? positivePairs({ sample, caption: captionId }) : tf.eye(knobs.batchSize)
  return smoothedContrastiveLoss({ logits, positives, smoothing: knobs.contrastSmoothing })
}

function matchingLoss(context: Context, picture: PictureMemory, similarities: tf.Tensor): tf.Scalar {
  const { knobs, model, text, sample, captionId, seed } = context
  const { itmAnchors, batchSize } = knobs
  const rows = matchingRows({
    similarities,
    positives: positivePairs({ sample, caption: captionId }),
    seed: fold(seed, 0),
    anchors: itmAnchors > 0 ? Math.min(itmAnchors, batchSize) : batchSize,
  })
  const seen = picture.map((memory) => {
    return memory && { key: pick(memory.key, rows.pictures), value: pick(memory.value, rows.pictures) }
  })
  return matchingCrossEntropy(matchLogits(model, seen, tf.gather(text, rows.texts)), rows)
}

function captioningLoss(context: Context, memory: Parameters<typeof captionLogits>[1]): tf.Scalar {
  const { knobs, shape, model, caption, promptLength } = context
  const [batch, length] = caption.shape as [number, number]
  const logits = captionLogits(model, memory, tf.slice(caption, [0, 0], [batch, length - 1]))
  return nextTokenLoss(logits, caption, {
    pad: shape.text.tokens.pad,
    promptLength,
    smoothing: knobs.labelSmoothing,
  })
}
