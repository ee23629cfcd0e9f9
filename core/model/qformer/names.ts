import { blipParameterShapes } from '../names.ts'
import { denseNames as dense, normNames as norm, type Named } from '../names-layers.ts'
import type { QFormerShape } from './shape.ts'

/**
 * Where the parts of a Q-Former lie in its parameters. The names are those of transformers' Blip2ForImageTextRetrieval; the
 * head that scores next tokens, which that layout lacks, has its name in the authors' code (LAVIS, Qformer.py).
 */
export const queryTokens = 'query_tokens'
export const wordEmbeddings = 'embeddings.word_embeddings.weight'
export const positionEmbeddings = 'embeddings.position_embeddings.weight'
export const languageHead = 'cls.predictions'
export const temperature = 'temp'
export const layerName = (i: number) => `qformer.encoder.layer.${i}`

/** Whether the queries look at the picture in that layer. */
export const looksAtPicture = ({ crossFrequency }: QFormerShape, layer: number) => layer % crossFrequency === 0

/** Every parameter's name and shape, matrices as [out, in]. */
export function qformerParameterShapes(shape: QFormerShape): Map<string, number[]> {
  return new Map([...imageShapes(shape), ...stackShapes(shape), ...headShapes(shape)])
}

/** The ViT is BLIP's, name by name. */
function imageShapes(shape: QFormerShape): Named[] {
  const all = blipParameterShapes({ ...shape, family: 'blip' })
  return [...all].filter(([name]) => name.startsWith('vision_model.'))
}

function stackShapes(shape: QFormerShape): Named[] {
  const { image, text, queries } = shape
  const { width, inner, depth } = text
  const attention = (at: string, source: number) => [
    ...dense(`${at}.attention.query`, width, width),
    ...dense(`${at}.attention.key`, width, source),
    ...dense(`${at}.attention.value`, width, source),
    ...dense(`${at}.output.dense`, width, width),
    ...norm(`${at}.output.LayerNorm`, width),
  ]
  const feedForward = (at: string, whose: string) => [
    ...dense(`${at}.intermediate${whose}.dense`, inner, width),
    ...dense(`${at}.output${whose}.dense`, width, inner),
    ...norm(`${at}.output${whose}.LayerNorm`, width),
  ]
  const layer = (i: number) => [
    ...attention(`${layerName(i)}.attention`, width),
    ...(looksAtPicture(shape, i) ? attention(`${layerName(i)}.crossattention`, image.width) : []),
    ...feedForward(layerName(i), ''),
    ...feedForward(layerName(i), '_query'),
  ]
  return [
    [queryTokens, [1, queries, width]],
    [wordEmbeddings, [text.vocabularySize, width]],
    [positionEmbeddings, [text.context, width]],
    ...norm('qformer.layernorm', width),
    ...Array.from({ length: depth }, (_, i) => layer(i)).flat(),
  ]
}

function headShapes({ text, embed }: QFormerShape): Named[] {
  return [
    ...dense('vision_projection', embed, text.width),
    ...dense('text_projection', embed, text.width),
    ...dense('itm_head', 2, text.width),
    ...dense(`${languageHead}.transform.dense`, text.width, text.width),
    ...norm(`${languageHead}.transform.LayerNorm`, text.width),
    [`${languageHead}.bias`, [text.vocabularySize]],
    [temperature, []],
  ]
}
