import { modalityLogits, projectPictures, projectTexts, unitFeature, wordLogits } from '../../model/acmr/project.ts'
import type { AcmrShape } from '../../model/acmr/shape.ts'
import { wordMask } from '../../model/words.ts'
import { modalityAccuracy, modalityLoss, wordPredictionLoss } from '../../objective/adversarial.ts'
import { positivePairs } from '../../objective/itc.ts'
import { reversalStrength, reverseGradient } from '../../objective/reversal.ts'
import { tripletLoss } from '../../objective/triplet.ts'
import { tf } from '../../tensor/index.ts'
import { acmrPlan, type AcmrKnobs } from '../plans/acmr.ts'
import type { Losses, StepContext, System } from './system.ts'

/**
 * ACMR (Wang et al. 2017, Adversarial Cross-Modal Retrieval): projectors minimise L_emb − λ · L_adv, the classifier of
 * modalities minimises L_adv. So the paper says; its reference code runs two other updates, through which the reversal never
 * reaches the projectors. Pairs have no classes here: the labels to predict are the caption's words. The triplet's hinge is taken
 * for each pair over cosines, not once over the whole batch's distances as in that code.
 */
export const acmrSystem: System<AcmrShape, AcmrKnobs> = {
  plan: acmrPlan,
  reports: () => ['words', 'triplet', 'modality', 'modalityAccuracy', 'reversal'],
  phases: [{ losses }],
}

function losses({ model, knobs, images, text, sample, captionId, step }: StepContext<AcmrShape, AcmrKnobs>): Losses {
  const pictures = projectPictures(model, images)
  const captions = projectTexts(model, text)
  const mask = wordMask(text, model.shape.text.tokens)
  const predict = (features: tf.Tensor) => wordPredictionLoss(wordLogits(model, features), text, mask)
  const words = tf.mul(tf.add(predict(pictures), predict(captions)), 0.5) as tf.Scalar
  const cosines = tf.matMul(unitFeature(pictures) as tf.Tensor2D, unitFeature(captions) as tf.Tensor2D, false, true)
  const positives = positivePairs({ sample, caption: captionId })
  const hinges = tripletLoss({ similarities: cosines, positives, margin: knobs.margin, negatives: knobs.negatives })
  const triplet = tf.div(hinges, knobs.batchSize) as tf.Scalar
  const reversal = tf.mul(reversalStrength(tf.div(step, knobs.steps)), knobs.adversarialWeight) as tf.Scalar
  const tell = (features: tf.Tensor) => modalityLogits(model, reverseGradient(features, reversal))
  const [ofPictures, ofCaptions] = [tell(pictures), tell(captions)]
  const modality = modalityLoss(ofPictures, ofCaptions)
  const loss = tf.addN([tf.mul(words, knobs.wordWeight), tf.mul(triplet, knobs.tripletWeight), modality]) as tf.Scalar
  const accuracy = modalityAccuracy(ofPictures, ofCaptions)
  return { loss, report: { words, triplet, modality, modalityAccuracy: accuracy, reversal } }
}
