import { encodePlaces } from '../../model/cnnRnn/picture.ts'
import type { CnnRnnShape } from '../../model/cnnRnn/shape.ts'
import { writeTokens } from '../../model/cnnRnn/write.ts'
import { coverageLoss } from '../../objective/coverage.ts'
import { captionLabels, nextTokenLoss } from '../../objective/lm.ts'
import { ignoredLabel, tf } from '../../tensor/index.ts'
import { cnnRnnPlan, type CnnRnnKnobs } from '../plans/cnnRnn.ts'
import type { Losses, StepContext, System } from './system.ts'

/** Show and Tell (arXiv 1411.4555), Show, Attend and Tell (arXiv 1502.03044), and a Transformer in their place. */
export const cnnRnnSystem: System<CnnRnnShape, CnnRnnKnobs> = {
  plan: cnnRnnPlan,
  reports: ({ coverageWeight }) => ['lm', ...(coverageWeight > 0 ? ['coverage'] : [])],
  phases: [{ losses }],
}

/** The mean loss of each next token; with it, how unevenly the places were looked at. */
function losses({ shape, knobs, model, images, caption, promptLength }: StepContext<CnnRnnShape, CnnRnnKnobs>): Losses {
  const { pad } = shape.text.tokens
  const [batch, length] = caption.shape as [number, number]
  const given = tf.slice(caption, [0, 0], [batch, length - 1])
  const { logits, shares } = writeTokens(model, encodePlaces(model, images), given)
  const lm = nextTokenLoss(logits, caption, { pad, promptLength, smoothing: knobs.labelSmoothing })
  if (knobs.coverageWeight === 0) return { loss: lm, report: { lm } }
  const labels = captionLabels(caption, pad, promptLength)
  const counted = tf.cast(tf.notEqual(labels, tf.scalar(ignoredLabel, 'int32')), 'float32')
  const coverage = shares ? coverageLoss(shares, counted) : tf.scalar(0)
  return { loss: tf.add(lm, tf.mul(coverage, knobs.coverageWeight)), report: { lm, coverage } }
}
