import { encodeRegions } from '../../model/alignment/image.ts'
import type { AlignmentShape } from '../../model/alignment/index.ts'
import { temperature } from '../../model/alignment/names.ts'
import { similarities } from '../../model/alignment/similarity.ts'
import { encodeWords } from '../../model/alignment/text.ts'
import { clampTemperature, positivePairs } from '../../objective/itc.ts'
import { rankedFirst } from '../../objective/ranked.ts'
import { smoothedContrastiveLoss } from '../../objective/smoothedContrast.ts'
import { tripletLoss } from '../../objective/triplet.ts'
import { tf } from '../../tensor/index.ts'
import { alignmentPlan, type AlignmentKnobs } from '../plans/alignment.ts'
import type { Losses, StepContext, System } from './system.ts'

type Context = StepContext<AlignmentShape, AlignmentKnobs>

/**
 * A shared space for pictures and texts, or for their parts, trained on the similarities of all pairs of a batch. With the
 * triplet loss it is VSE++ (global similarities) or SCAN (cross attention).
 */
export const alignmentSystem: System<AlignmentShape, AlignmentKnobs> = {
  plan: alignmentPlan,
  reports: ({ loss }) => (loss === 'contrastive' ? ['itc', 'temperature'] : ['triplet', 'ranked']),
  variant: (step, { loss, hardestFrom }) => (loss === 'triplet' && step < hardestFrom ? warmUp : ''),
  phases: [{ losses }],
  after({ knobs, parameters }) {
    if (knobs.loss === 'triplet') return
    clampTemperature(parameters[temperature]!)
    return { temperature: parameters[temperature]! }
  },
}

/** The program of the first steps, in which every negative counts. */
const warmUp = 'everyNegative'

function losses(context: Context): Losses {
  const { shape, knobs, variant, model, images, text, sample, captionId } = context
  const scores = similarities(shape, encodeRegions(model, images), encodeWords(model, text))
  const positives = positivePairs({ sample, caption: captionId })
  if (knobs.loss === 'contrastive') {
    const logits = tf.div(scores, context.parameters[temperature]!)
    const itc = smoothedContrastiveLoss({ logits, positives, smoothing: 0 })
    return { loss: itc, report: { itc } }
  }
  const negatives = variant === warmUp ? 'sum' : knobs.negatives
  const triplet = tripletLoss({ similarities: scores, positives, margin: knobs.margin, negatives })
  return { loss: triplet, report: { triplet, ranked: rankedFirst(scores, positives) } }
}
