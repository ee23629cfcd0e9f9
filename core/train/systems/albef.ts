import {
  encodeImages,
  imageFeature,
  maskedLogits,
  matchLogits,
  readText,
  rememberPicture,
  textFeature,
  type Albef,
} from '../../model/albef/albef.ts'
import type { AlbefShape } from '../../model/albef/shape.ts'
import { contrastiveLoss } from '../../objective/itc.ts'
import { matchingCrossEntropy, matchingRows, pick, type DrawInput, type MatchingRows } from '../../objective/itm.ts'
import { maskedTokenLoss, maskTokens } from '../../objective/masked.ts'
import { untaped } from '../../objective/momentum.ts'
import { fold, tf } from '../../tensor/index.ts'
import { albefFollowed, albefPlan, type AlbefKnobs } from '../plans/albef.ts'
import {
  compare,
  distillationWeight,
  fillQueue,
  followParameters,
  momentumState,
  momentumVariant,
  ownPositives,
  teacherOf,
  withoutMatching,
} from './momentum.ts'
import type { AfterContext, Losses, StepContext, System } from './system.ts'
import { activeReports, settleTemperature, weightedSum } from './weighted.ts'

type Context = StepContext<AlbefShape, AlbefKnobs>

const weightsOf = ({ itcWeight, itmWeight, mlmWeight }: AlbefKnobs) => ({
  itc: itcWeight,
  itm: itmWeight,
  mlm: mlmWeight,
})

/** ALBEF (arXiv 2107.07651): the sum of ITC, ITM and MLM, the first and the last taught by a momentum model. */
export const albefSystem: System<AlbefShape, AlbefKnobs> = {
  plan: albefPlan,
  reports: (knobs) => activeReports(weightsOf(knobs)),
  createState: (start) => momentumState(start, albefFollowed),
  variant: momentumVariant,
  before: followParameters,
  phases: [{ losses: (context) => albefLosses(context) }],
  after,
}

/** What a step leaves to chance. */
export interface Chance {
  negatives(input: Omit<DrawInput, 'seed'>): MatchingRows
  /** Words to ask for: see `maskTokens`. */
  mask(ids: tf.Tensor): { ids: tf.Tensor; labels: tf.Tensor }
}

/** The three losses by their weights, and each by itself (0 where it is left out). */
export function albefLosses(context: Context, chance = seeded(context)): Losses {
  const { knobs, model, images, text, variant } = context
  const image = encodeImages(model, images)
  const read = readText(model, text)
  const features = { image: imageFeature(model, image), text: textFeature(model, read) }
  const teacher = teacherOf(context)
  const taught = teacher && teach(teacher, context)
  const compared = compare(context, features, taught?.features)
  const picture = rememberPicture(model, image)

  const none = tf.scalar(0)
  const report = { itc: none, itm: none, mlm: none }
  if (knobs.itcWeight > 0) report.itc = contrastiveLoss(compared)
  if (knobs.itmWeight > 0 && !variant.includes(withoutMatching)) {
    const anchors = knobs.itmAnchors > 0 ? Math.min(knobs.itmAnchors, knobs.batchSize) : knobs.batchSize
    const rows = chance.negatives({ ...compared, positives: ownPositives(compared), anchors })
    const asked = { states: pick(read.states, rows.texts), mask: tf.gather(read.mask, rows.texts) }
    const seen = picture.map(({ key, value }) => ({ key: pick(key, rows.pictures), value: pick(value, rows.pictures) }))
    report.itm = matchingCrossEntropy(matchLogits(model, asked, seen), rows)
  }
  if (knobs.mlmWeight > 0) {
    const { ids, labels } = chance.mask(text)
    const distilled = knobs.distillation > 0 ? taught : undefined
    report.mlm = maskedTokenLoss({
      logits: maskedLogits(model, ids, picture),
      labels: tf.reshape(labels, [-1]),
      teacher: distilled && { logits: distilled.words(ids), alpha: distillationWeight(context) },
    })
  }
  return { loss: weightedSum(report, weightsOf(knobs)), report, carried: compared.carried }
}

/** The teacher's view of the batch; nothing in it gets a gradient. */
function teach(teacher: Albef, { images, text }: Context) {
  const image = untaped(() => encodeImages(teacher, images))
  const features = {
    image: untaped(() => imageFeature(teacher, image)),
    text: untaped(() => textFeature(teacher, readText(teacher, text))),
  }
  const words = (ids: tf.Tensor) => untaped(() => maskedLogits(teacher, ids, rememberPicture(teacher, image)))
  return { features, words }
}

function seeded({ seed, shape, knobs }: Context): Chance {
  const { vocabularySize, tokens } = shape.text
  return {
    negatives: (input) => matchingRows({ ...input, seed: fold(seed, 0) }),
    mask: (ids) => maskTokens(ids, fold(seed, 1), { rate: knobs.maskRate, vocabularySize, tokens }),
  }
}

function after(context: AfterContext<AlbefShape, AlbefKnobs>, carried: Record<string, tf.Tensor>) {
  fillQueue(context, carried)
  return settleTemperature(context, albefPlan.trains('temp', context.knobs))
}
