import {
  conditionOf,
  encodeText,
  generate,
  generateGrid,
  judge,
  pictureFeature,
  seePictures,
  toSigned,
  type GanModel,
} from '../../model/gan/index.ts'
import type { GanShape } from '../../model/gan/shape.ts'
import { augmentCondition, conditioningLoss } from '../../objective/conditioning.ts'
import { discriminatorLoss, distance, diversity, generatorLoss } from '../../objective/gan.ts'
import { contrastiveLoss, positivePairs, withoutGradient } from '../../objective/itc.ts'
import { drawNegatives, type Negatives } from '../../objective/itm.ts'
import { embedding, fold, randomNormal, tf } from '../../tensor/index.ts'
import { ganPlan, inDiscriminatorPhase, inGeneratorPhase, type GanKnobs } from '../plans/gan.ts'
import type { Losses, StepContext, System } from './system.ts'

type Context = StepContext<GanShape, GanKnobs>

/** Fixed: the joint embedding is a means here, and at a tenth a handful of classes is told apart as fast as at a learned one. */
const temperature = 0.1

/**
 * GAN-INT-CLS (arXiv 1605.05396, algorithm 1) with StackGAN's conditioning augmentation. Discriminator and generator take turns
 * within each step.
 *
 * The text encoder learns in the discriminator's phase, by the discriminator's loss and by a joint embedding of pictures and
 * captions. GAN-INT-CLS makes that embedding beforehand; made at the same time, no second recipe is needed. It doesn't learn
 * in the generator's phase: generator and encoder could agree on a code that has little to do with the pictures.
 */
export const ganSystem: System<GanShape, GanKnobs> = {
  plan: ganPlan,
  reports: ({ matchingWeight }) => [
    'discriminator',
    'generator',
    'conditioning',
    ...(matchingWeight > 0 ? ['matching'] : []),
    'right',
    'wrong',
    'fake',
    'diversity',
    'variety',
  ],
  phases: [
    { trains: inDiscriminatorPhase, losses: discriminatorLosses },
    { trains: inGeneratorPhase, rate: ({ generatorRate }) => generatorRate, losses: generatorLosses },
  ],
  after: (_, { first, second, real }) => ({ variety: relative(distance(first!, second!), real!) }),
  pictures: ({ model, text, seed }) => ({ grid: generateGrid(model, text, seed) }),
}

function discriminatorLosses(context: Context): Losses {
  const { model, knobs, images, text, sample, captionId, seed } = context
  const features = encodeText(model, text)
  const real = toSigned(images)
  const seen = seePictures(model, real)
  const fakes = withoutGradient(imagine(model, withoutGradient(features), fold(seed, 0)).pictures)
  const positives = positivePairs({ sample, caption: captionId })
  const others = wrongTexts(positives, fold(seed, 1))
  const logits = {
    right: judge(model, seen, features),
    wrong: judge(model, seen, embedding(features, others.indices)),
    fake: judge(model, seePictures(model, fakes), features),
  }
  const discriminator = discriminatorLoss({ ...logits, legal: others.legal }, knobs)
  const spread = diversity(real)
  const carried = { first: fakes, real: spread }
  const report = {
    discriminator,
    right: meanScore(logits.right),
    wrong: meanScore(logits.wrong),
    fake: meanScore(logits.fake),
    diversity: relative(diversity(fakes), spread),
  }
  if (knobs.matchingWeight === 0) return { loss: discriminator, report, carried }
  const image = pictureFeature(model, seen)
  const matching = contrastiveLoss({ image, text: features, positives, temperature: tf.scalar(temperature) })
  const loss = tf.add(discriminator, tf.mul(matching, knobs.matchingWeight)) as tf.Scalar
  return { loss, report: { ...report, matching }, carried }
}

function generatorLosses(context: Context): Losses {
  const { model, knobs, text, sample, captionId, seed } = context
  const own = encodeText(model, text)
  const others = wrongTexts(positivePairs({ sample, caption: captionId }), fold(seed, 1))
  const features = knobs.betweenWeight > 0 ? tf.concat([own, midpoints(own, others)], 0) : own
  const { pictures, conditioning } = imagine(model, features, fold(seed, 0))
  const scores = judge(model, seePictures(model, pictures), features)
  const batch = own.shape[0]!
  const between = knobs.betweenWeight > 0 ? tf.slice(scores, [batch], [-1]) : undefined
  const generator = generatorLoss(tf.slice(scores, [0], [batch]), between, knobs.betweenWeight)
  const loss = tf.add(generator, tf.mul(conditioning, knobs.conditioningWeight)) as tf.Scalar
  // the first phase drew the same captions from the same generator, with other noise
  const second = tf.slice(pictures, [0, 0, 0, 0], [batch, ...pictures.shape.slice(1)])
  return { loss, report: { generator, conditioning }, carried: { second } }
}

/** Pictures for captions [N, embed], and what their conditions cost. */
function imagine(model: GanModel, features: tf.Tensor, seed: tf.Tensor) {
  const { condition, noise } = model.shape
  const rows = features.shape[0]!
  const distribution = conditionOf(model, features)
  const drawn = augmentCondition(distribution, randomNormal([rows, condition], fold(seed, 0)))
  const pictures = generate(model, drawn, randomNormal([rows, noise], fold(seed, 1)))
  return { pictures, conditioning: conditioningLoss(distribution) }
}

/** A text of another picture and of other words for each row, each as likely as the next. */
function wrongTexts(positives: tf.Tensor, seed: tf.Tensor): Negatives {
  return drawNegatives(tf.zerosLike(positives), positives, seed)
}

/** Texts halfway between two, for half of the batch as in the reference: [B, embed] → [⌈B / 2⌉, embed]. */
function midpoints(features: tf.Tensor, { indices }: Negatives): tf.Tensor {
  const [batch, width] = features.shape as [number, number]
  const half = [Math.ceil(batch / 2), width] as [number, number]
  const pairs = tf.add(features, embedding(features, indices))
  return tf.mul(tf.slice(pairs, [0, 0], half), 0.5)
}

const meanScore = (logits: tf.Tensor): tf.Scalar => tf.mean(tf.sigmoid(logits))

/** Measures of collapse are in units of how much real pictures differ: about 1 is well, 0 is collapse. */
const relative = (value: tf.Tensor, real: tf.Tensor): tf.Scalar => tf.div(value, tf.maximum(real, 1e-6))
