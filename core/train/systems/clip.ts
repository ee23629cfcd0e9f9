import { logitBiasName, logScaleName } from '../../model/clip/names.ts'
import type { ClipShape } from '../../model/clip/shape.ts'
import { textFeature } from '../../model/clip/text.ts'
import { imageFeature } from '../../model/clip/vision.ts'
import { contrastiveLoss, positivePairs } from '../../objective/itc.ts'
import { clampLogScale, temperatureOf } from '../../objective/logScale.ts'
import { sigmoidLoss } from '../../objective/sigmoid.ts'
import { tf } from '../../tensor/index.ts'
import { chunkOf, clipPlan, type ClipKnobs } from '../plans/clip.ts'
import type { Losses, StepContext, System } from './system.ts'

type Context = StepContext<ClipShape, ClipKnobs>

/** CLIP (arXiv 2103.00020) and, with the knob `loss`, SigLIP (arXiv 2303.15343). */
export const clipSystem: System<ClipShape, ClipKnobs> = {
  plan: clipPlan,
  reports: ({ loss }) => (loss === 'sigmoid' ? ['temperature', 'bias'] : ['temperature']),
  phases: [{ losses: (context) => compare(context, encode(context)) }],
  cached: { chunk: chunkOf, features: encode, losses: compare },
  after,
}

function after({ parameters }: Pick<Context, 'parameters'>): Record<string, tf.Tensor> {
  const logScale = parameters[logScaleName]!
  clampLogScale(logScale)
  return { temperature: temperatureOf(logScale), bias: parameters[logitBiasName]! }
}

/** Unit features of both sides, each [B, embed]. */
function encode({ model, images, text }: Pick<Context, 'model' | 'images' | 'text'>): Record<string, tf.Tensor> {
  return { image: imageFeature(model, images), text: textFeature(model, text) }
}

function compare(
  context: Pick<Context, 'knobs' | 'parameters' | 'sample' | 'captionId'>,
  features: Record<string, tf.Tensor>,
): Losses {
  const { knobs, parameters, sample, captionId } = context
  const [image, text, logScale] = [features['image']!, features['text']!, parameters[logScaleName]!]
  const positives =
    knobs.positives === 'shared' ? positivePairs({ sample, caption: captionId }) : tf.eye(image.shape[0]!)
  const loss =
    knobs.loss === 'softmax'
      ? contrastiveLoss({ image, text, positives, temperature: temperatureOf(logScale) })
      : sigmoidLoss({ image, text, positives, logScale, bias: parameters[logitBiasName]! })
  return { loss, report: {} }
}
