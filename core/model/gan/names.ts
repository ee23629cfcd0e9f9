import type { Initial } from '../family.ts'
import {
  convolutionNames,
  denseNames,
  kaimingInitial,
  normNames,
  recurrentInitial,
  recurrentNames,
  type Named,
} from '../names-layers.ts'
import { channels, gridSide, type GanShape } from './shape.ts'

/** What the discriminator's phase trains, and what the generator's. */
export const discriminatorParts = ['discriminator.', 'text_encoder.']
export const generatorParts = ['generator.']

export const wordEmbeddings = 'text_encoder.words.weight'
export const recurrentName = 'text_encoder.gru'

/** Every parameter's name and shape; matrices [out, in], kernels as PyTorch keeps them. */
export function ganParameterShapes(shape: GanShape): Map<string, number[]> {
  return new Map([...textNames(shape), ...generatorNames(shape), ...discriminatorNames(shape)])
}

/** Kaiming's start for what a ReLU follows; the last layers start narrow, so that no score or colour is saturated. */
export function ganInitial(name: string, dims: number[], { text }: GanShape): Initial | undefined {
  if (name.startsWith(recurrentName)) return recurrentInitial(text.width)
  if (dims.length < 2 || name === wordEmbeddings || /\.(logit|colours)\.weight$/.test(name)) return undefined
  return kaimingInitial(dims)
}

function textNames({ text, embed }: GanShape): Named[] {
  return [
    [wordEmbeddings, [text.vocabularySize, text.width]],
    ...(text.encoder === 'gru' ? recurrentNames('gru', recurrentName, text.width, text.width) : []),
    ...denseNames('text_encoder.projection', embed, text.width),
  ]
}

function generatorNames(shape: GanShape): Named[] {
  const widths = channels(shape).toReversed()
  const [first, last] = [widths[0]!, widths.at(-1)!]
  return [
    ...denseNames('generator.condition', 2 * shape.condition, shape.embed),
    ...denseNames('generator.start', gridSide ** 2 * first, shape.noise + shape.condition),
    ...normNames('generator.start_norm', first),
    ...widths
      .slice(1)
      .flatMap((width, index) => [
        ...convolutionNames(`generator.up.${index}`, width, widths[index]!, 3, false),
        ...normNames(`generator.up.${index}.norm`, width),
      ]),
    ...convolutionNames('generator.colours', 3, last, 3),
  ]
}

function discriminatorNames(shape: GanShape): Named[] {
  const widths = channels(shape)
  const last = widths.at(-1)!
  return [
    ...widths.flatMap((width, index) => [
      ...convolutionNames(`discriminator.down.${index}`, width, widths[index - 1] ?? 3, 4),
    ]),
    ...denseNames('discriminator.text', shape.condition, shape.embed),
    ...convolutionNames('discriminator.joint', last, last + shape.condition, 1),
    ...convolutionNames('discriminator.logit', 1, last, gridSide),
    ...denseNames('discriminator.projection', shape.embed, last),
  ]
}
