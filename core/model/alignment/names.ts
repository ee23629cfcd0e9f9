import type { Initial } from '../family.ts'
import { cnnGrid, cnnInitial, cnnNames } from '../names-cnn.ts'
import {
  bidirectionalNames,
  denseNames,
  normNames,
  recurrentInitial,
  recurrentNames,
  xavierInitial,
  type Named,
} from '../names-layers.ts'
import { imageLayer, textLayer, wordEmbeddings } from '../names.ts'
import type { AlignmentShape, PatchImage, TransformerText } from './shape.ts'

/**
 * Where the parts of an alignment model lie in its parameters. ViT and Transformer are named as BLIP's (see ../names.ts), so
 * that a model can start from the picture half of one; recurrent layers as in VSE++'s and SCAN's code (PyTorch's names).
 */
export const gridName = 'cnn'
export const recurrentName = 'rnn'
export const wordTable = 'embed.weight'
export const regionProjection = 'region_proj'
export const wordProjection = 'word_proj'
export const temperature = 'temp'

/** Every parameter's name and shape, matrices as [out, in]. */
export function alignmentParameterShapes(shape: AlignmentShape): Map<string, number[]> {
  const { image } = shape
  const width = image.kind === 'patches' ? image.width : image.widths.at(-1)!
  return new Map([
    ...(image.kind === 'patches' ? patchNames(image) : cnnNames(gridName, image)),
    ...denseNames(regionProjection, shape.embed, width),
    ...textNames(shape),
    [temperature, []],
  ] satisfies Named[])
}

/** As VSE++ starts: projections by Glorot, words uniform in ± 0.1; the temperature of a contrastive loss at BLIP's 0.07. */
export function alignmentInitial(name: string, dims: number[], { embed }: AlignmentShape): Initial | undefined {
  if (name === temperature) return { fill: 0.07 }
  if (name === wordTable) return { uniform: 0.1 }
  if (name.startsWith(`${recurrentName}.`)) return recurrentInitial(embed)
  if (name.startsWith(`${gridName}.`)) return cnnInitial(name, dims)
  if (/^(region|word)_proj\.weight$/.test(name)) return xavierInitial(dims)
  return undefined
}

/** Regions of a picture. */
export function regionCount({ image }: AlignmentShape): number {
  return image.kind === 'patches' ? (image.size / image.patch) ** 2 : cnnGrid(image.size, image) ** 2
}

function patchNames({ size, patch, width, inner, depth }: PatchImage): Named[] {
  const at = (part: string) => `vision_model.embeddings.${part}`
  const layer = (name: string) => [
    ...denseNames(`${name}.self_attn.qkv`, 3 * width, width),
    ...denseNames(`${name}.self_attn.projection`, width, width),
    ...normNames(`${name}.layer_norm1`, width),
    ...normNames(`${name}.layer_norm2`, width),
    ...denseNames(`${name}.mlp.fc1`, inner, width),
    ...denseNames(`${name}.mlp.fc2`, width, inner),
  ]
  return [
    [at('class_embedding'), [1, 1, width]],
    [at('position_embedding'), [1, (size / patch) ** 2 + 1, width]],
    [at('patch_embedding.weight'), [width, 3, patch, patch]],
    [at('patch_embedding.bias'), [width]],
    ...Array.from({ length: depth }, (_, i) => layer(imageLayer(i))).flat(),
    ...normNames('vision_model.post_layernorm', width),
  ]
}

function textNames({ text, embed }: AlignmentShape): Named[] {
  if (text.kind === 'transformer') return [...transformerNames(text), ...denseNames(wordProjection, embed, text.width)]
  const words: Named = [wordTable, [text.vocabularySize, text.width]]
  if (text.kind === 'gru') return [words, ...recurrentNames('gru', recurrentName, embed, text.width)]
  return [words, ...bidirectionalNames(text.kind === 'bigru' ? 'gru' : 'lstm', recurrentName, embed, text.width)]
}

function transformerNames({ vocabularySize, context, width, inner, depth }: TransformerText): Named[] {
  const layer = (name: string) => [
    ...['query', 'key', 'value'].flatMap((part) => denseNames(`${name}.attention.self.${part}`, width, width)),
    ...denseNames(`${name}.attention.output.dense`, width, width),
    ...normNames(`${name}.attention.output.LayerNorm`, width),
    ...denseNames(`${name}.intermediate.dense`, inner, width),
    ...denseNames(`${name}.output.dense`, width, inner),
    ...normNames(`${name}.output.LayerNorm`, width),
  ]
  return [
    [wordEmbeddings, [vocabularySize, width]],
    ['text_encoder.embeddings.position_embeddings.weight', [context, width]],
    ...normNames('text_encoder.embeddings.LayerNorm', width),
    ...Array.from({ length: depth }, (_, i) => layer(textLayer(i))).flat(),
  ]
}
