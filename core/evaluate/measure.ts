import type { Retrieval } from '../contract/model.ts'
import { asBlip, type Shape } from '../model/index.ts'
import { measuresOf } from '../model/measures.ts'
import type { LoadedModel } from '../score/index.ts'
import { heldOutCaptions, type CaptionOptions, type ComparedCaption } from './captions.ts'
import { heldOutRetrieval, type HeldOutOptions, type HeldOutPair } from './heldOut.ts'
import { matchedRetrieval } from './matched.ts'
import { wordF1 } from './wordOverlap.ts'
import { writtenCaptions } from './written.ts'

const isBlip = ({ shape }: LoadedModel<Shape>) => shape.family === 'blip'
const blip = (model: LoadedModel<Shape>): LoadedModel => ({ ...model, shape: asBlip(model.shape) })

/** Retrieval on held-out pairs, by whatever the model's family matches with; null where it doesn't match. */
export async function measureRetrieval(
  model: LoadedModel<Shape>,
  pairs: HeldOutPair[],
  options: HeldOutOptions,
): Promise<Retrieval | null> {
  if (isBlip(model)) return heldOutRetrieval(blip(model), pairs, options)
  const { match } = measuresOf(model.shape)
  return match ? matchedRetrieval(model, match, pairs, options) : null
}

/** Captions of held-out pictures; none where the model's family doesn't write. */
export async function measureCaptions(
  model: LoadedModel<Shape>,
  pairs: HeldOutPair[],
  options: CaptionOptions,
): Promise<ComparedCaption[]> {
  if (isBlip(model)) return heldOutCaptions(blip(model), pairs, options)
  const { write } = measuresOf(model.shape)
  return write ? writtenCaptions(model, write, pairs, options) : []
}

/** One figure of how good a model is, more is better: the mean recall at 1 of both directions, or else the captions' word overlap. */
export function heldOutFigure(retrieval: Retrieval | null, captions: ComparedCaption[]): number {
  if (retrieval) return (retrieval.imageToText.r1 + retrieval.textToImage.r1) / 2
  return wordF1(
    captions.map(({ caption }) => caption),
    captions.map(({ reference }) => [reference]),
  )
}
