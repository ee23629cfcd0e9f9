import type { Initial } from '../family.ts'
import { cnnGrid, cnnInitial, cnnNames } from '../names-cnn.ts'
import { denseNames, normNames, type Named } from '../names-layers.ts'
import type { ClipShape, ResidualImage, TransformerImage } from './shape.ts'

/** Parameters and their names: those of transformers' CLIPModel, where it has such parts. */
export const imageName = 'vision_model'
export const poolName = `${imageName}.pool`
export const imageLayer = (i: number) => `${imageName}.encoder.layers.${i}`
export const textLayer = (i: number) => `text_model.encoder.layers.${i}`
export const logScaleName = 'logit_scale'
export const logitBiasName = 'logit_bias'

/** Every parameter's name and shape, matrices as [out, in]. */
export function clipParameterShapes({ image, text, embed }: ClipShape): Map<string, number[]> {
  const [imageNames, imageWidth] =
    image.kind === 'vit' ? [transformerNames(image), image.width] : [residualNames(image), image.widths.at(-1)!]
  const heads: Named[] = [
    ['visual_projection.weight', [embed, imageWidth]],
    ['text_projection.weight', [embed, text.width]],
    [logScaleName, []],
    [logitBiasName, []],
  ]
  return new Map([...imageNames, ...textNames(text), ...heads])
}

/** Scale and bias start as the shape says. */
export function clipInitial(name: string, dims: number[], { image, logits }: ClipShape): Initial | undefined {
  if (name === logScaleName) return { fill: Math.log(logits.scale) }
  if (name === logitBiasName) return { fill: logits.bias }
  if (name.endsWith('pre_layrnorm.weight')) return { fill: 1 }
  return image.kind === 'resnet' && name.startsWith(imageName) ? cnnInitial(name, dims) : undefined
}

function transformerNames({ size, patch, width, inner, depth }: TransformerImage): Named[] {
  return [
    [`${imageName}.embeddings.class_embedding`, [width]],
    [`${imageName}.embeddings.patch_embedding.weight`, [width, 3, patch, patch]],
    [`${imageName}.embeddings.position_embedding.weight`, [(size / patch) ** 2 + 1, width]],
    ...normNames(`${imageName}.pre_layrnorm`, width), // the published spelling
    ...layers(imageLayer, { width, inner, depth }),
    ...normNames(`${imageName}.post_layernorm`, width),
  ]
}

/** A residual CNN and the attention that reads its grid. */
function residualNames(image: ResidualImage): Named[] {
  const width = image.widths.at(-1)!
  return [
    ...cnnNames(imageName, image),
    [`${poolName}.position_embedding.weight`, [cnnGrid(image.size, image) ** 2 + 1, width]],
    ...attentionNames(poolName, width),
  ]
}

function textNames(text: ClipShape['text']): Named[] {
  return [
    ['text_model.embeddings.token_embedding.weight', [text.vocabularySize, text.width]],
    ['text_model.embeddings.position_embedding.weight', [text.context, text.width]],
    ...layers(textLayer, text),
    ...normNames('text_model.final_layer_norm', text.width),
  ]
}

interface Stack {
  width: number
  inner: number
  depth: number
}

function layers(at: (i: number) => string, { width, inner, depth }: Stack): Named[] {
  const layer = (name: string) => [
    ...attentionNames(`${name}.self_attn`, width),
    ...normNames(`${name}.layer_norm1`, width),
    ...denseNames(`${name}.mlp.fc1`, inner, width),
    ...denseNames(`${name}.mlp.fc2`, width, inner),
    ...normNames(`${name}.layer_norm2`, width),
  ]
  return Array.from({ length: depth }, (_, i) => layer(at(i))).flat()
}

const attentionNames = (name: string, width: number): Named[] =>
  ['k', 'v', 'q', 'out'].flatMap((part) => denseNames(`${name}.${part}_proj`, width, width))
