import type { Initial } from '../family.ts'
import { cnnInitial, cnnNames } from '../names-cnn.ts'
import { denseNames, xavierInitial, type Named } from '../names-layers.ts'
import type { AcmrShape } from './shape.ts'

export const wordEmbeddings = 'text_projector.words.weight'
export const layerOfModality = ['modality.0', 'modality.1', 'modality.2']

/** Every parameter's name and shape, matrices as [out, in]. */
export function acmrParameterShapes({ image, text, inner, embed }: AcmrShape): Map<string, number[]> {
  return new Map<string, number[]>([
    ...cnnNames('image_projector.cnn', image),
    ...denseNames('image_projector.hidden', inner, image.widths.at(-1)!),
    ...denseNames('image_projector.out', embed, inner),
    [wordEmbeddings, [text.vocabularySize, text.width]],
    ...denseNames('text_projector.hidden', text.width, text.width),
    ...denseNames('text_projector.out', embed, text.width),
    ...denseNames('words', text.vocabularySize, embed),
    ...modalityNames(embed),
  ])
}

/** Three layers, halving, as in the paper (40-20-10-2); two answers are one logit here. */
function modalityNames(embed: number): Named[] {
  const widths = [embed, Math.ceil(embed / 2), Math.ceil(embed / 4), 1]
  return layerOfModality.flatMap((name, index) => denseNames(name, widths[index + 1]!, widths[index]!))
}

export function acmrInitial(name: string, dims: number[]): Initial | undefined {
  if (name.startsWith('image_projector.cnn')) return cnnInitial(name, dims)
  if (name === wordEmbeddings) return { normal: 1 }
  return dims.length === 2 ? xavierInitial(dims) : undefined
}
