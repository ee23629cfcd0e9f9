import type { Initial } from '../family.ts'
import { cnnGrid, cnnInitial, cnnNames } from '../names-cnn.ts'
import { denseNames, normNames, recurrentInitial, recurrentNames, uniformInitial, type Named } from '../names-layers.ts'
import type { CnnRnnShape, RecurrentText, TransformerText } from './shape.ts'

export const decoderLayer = (i: number) => `decoder.layers.${i}`

/** Channels of the picture's features, and the number of its places. */
export function gridOf({ image }: Pick<CnnRnnShape, 'image'>): { channels: number; places: number } {
  return { channels: image.widths.at(-1)!, places: cnnGrid(image.size, image) ** 2 }
}

/** Every parameter's name and shape, matrices as [out, in]. */
export function cnnRnnParameterShapes(shape: CnnRnnShape): Map<string, number[]> {
  const { text, image } = shape
  const { channels, places } = gridOf(shape)
  const pooled = text.fusion === 'attention' ? [] : denseNames('picture', text.width, channels)
  const spread: Named[] = text.fusion === 'attention' ? [['places', [1, places, channels]]] : []
  return new Map([
    ...cnnNames('cnn', image),
    ...pooled,
    ...spread,
    ['words.weight', [text.vocabularySize, text.width]] satisfies Named,
    ...(text.kind === 'transformer' ? transformerNames(text, channels) : recurrentDecoderNames(text, channels)),
    ...denseNames('head', text.vocabularySize, text.width),
  ])
}

/** As PyTorch starts such layers; the CNN as ResNet, words and positions narrow. */
export function cnnRnnInitial(name: string, dims: number[], { text }: CnnRnnShape): Initial | undefined {
  if (name.startsWith('cnn.')) return cnnInitial(name, dims)
  if (/^decoder\.(weight|bias)_/.test(name)) return recurrentInitial(text.width)
  if (name === 'words.weight') return { uniform: 0.1 }
  return dims.length === 2 && !name.startsWith('positions') ? uniformInitial(dims) : undefined
}

function recurrentDecoderNames({ kind, fusion, width }: RecurrentText, channels: number): Named[] {
  if (fusion === 'initial') return recurrentNames(kind, 'decoder', width, width)
  if (fusion === 'concat') return recurrentNames(kind, 'decoder', width, 2 * width)
  return [
    ...startNames(kind).flatMap((name) => denseNames(name, width, channels)),
    ...denseNames('attention.places', width, channels),
    ...denseNames('attention.state', width, width),
    ['attention.score.weight', [1, width]],
    ...denseNames('attention.gate', 1, width),
    ...recurrentNames(kind, 'decoder', width, width + channels),
    ...denseNames('deep.state', width, width),
    ...denseNames('deep.context', width, channels),
  ]
}

/** What makes the first state of the picture's mean: an LSTM's has two parts. */
export const startNames = (kind: RecurrentText['kind']) =>
  kind === 'lstm' ? ['start.output', 'start.cell'] : ['start.output']

function transformerNames({ fusion, width, inner, depth, context }: TransformerText, channels: number): Named[] {
  const layer = (at: string) => [
    ...normNames(`${at}.norm1`, width),
    ...denseNames(`${at}.self_attn.qkv`, 3 * width, width),
    ...denseNames(`${at}.self_attn.projection`, width, width),
    ...(fusion === 'attention' ? crossAttentionNames(at, width, channels) : []),
    ...normNames(`${at}.norm3`, width),
    ...denseNames(`${at}.mlp.fc1`, inner, width),
    ...denseNames(`${at}.mlp.fc2`, width, inner),
  ]
  return [
    ['positions.weight', [context, width]],
    ...(fusion === 'concat' ? denseNames('join', width, 2 * width) : []),
    ...Array.from({ length: depth }, (_, i) => layer(decoderLayer(i))).flat(),
    ...normNames('decoder.norm', width),
  ]
}

const crossAttentionNames = (at: string, width: number, channels: number): Named[] => [
  ...normNames(`${at}.norm2`, width),
  ...denseNames(`${at}.cross_attn.query`, width, width),
  ...denseNames(`${at}.cross_attn.memory`, 2 * width, channels),
  ...denseNames(`${at}.cross_attn.projection`, width, width),
]
