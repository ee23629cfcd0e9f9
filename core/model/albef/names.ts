import { blipParameterShapes } from '../names.ts'
import { denseNames, normNames, type Named } from '../names-layers.ts'
import type { AlbefShape } from './shape.ts'

/**
 * Where the parts of an ALBEF lie in its parameters. Text, projections and heads are named as in the authors' checkpoints; the
 * ViT is BLIP's, name by name (`visual_encoder.blocks.{i}.attn` there is `vision_model.encoder.layers.{i}.self_attn` here).
 */
export const textLayer = (i: number) => `text_encoder.bert.encoder.layer.${i}`
export const textEmbeddings = 'text_encoder.bert.embeddings'
export const wordEmbeddings = `${textEmbeddings}.word_embeddings.weight`
export const languageHead = 'text_encoder.cls.predictions'

/** Every parameter's name and shape, matrices as [out, in]. The language head shares the word embeddings. */
export function albefParameterShapes(shape: AlbefShape): Map<string, number[]> {
  return new Map([...imageShapes(shape), ...textShapes(shape), ...headShapes(shape)])
}

function imageShapes(shape: AlbefShape): Named[] {
  const all = blipParameterShapes({ ...shape, family: 'blip' })
  return [...all].filter(([name]) => name.startsWith('vision_model.'))
}

function textShapes({ image, text, fusionLayer }: AlbefShape): Named[] {
  const { width, inner } = text
  const attention = (at: string, source: number) => [
    ...denseNames(`${at}.self.query`, width, width),
    ...denseNames(`${at}.self.key`, width, source),
    ...denseNames(`${at}.self.value`, width, source),
    ...denseNames(`${at}.output.dense`, width, width),
    ...normNames(`${at}.output.LayerNorm`, width),
  ]
  const layer = (i: number) => [
    ...attention(`${textLayer(i)}.attention`, width),
    ...(i >= fusionLayer ? attention(`${textLayer(i)}.crossattention`, image.width) : []),
    ...denseNames(`${textLayer(i)}.intermediate.dense`, inner, width),
    ...denseNames(`${textLayer(i)}.output.dense`, width, inner),
    ...normNames(`${textLayer(i)}.output.LayerNorm`, width),
  ]
  return [
    [wordEmbeddings, [text.vocabularySize, width]],
    [`${textEmbeddings}.position_embeddings.weight`, [text.context, width]],
    [`${textEmbeddings}.token_type_embeddings.weight`, [2, width]],
    ...normNames(`${textEmbeddings}.LayerNorm`, width),
    ...Array.from({ length: text.depth }, (_, i) => layer(i)).flat(),
    ...denseNames(`${languageHead}.transform.dense`, width, width),
    ...normNames(`${languageHead}.transform.LayerNorm`, width),
    [`${languageHead}.bias`, [text.vocabularySize]],
  ]
}

function headShapes({ image, text, embed }: AlbefShape): Named[] {
  return [
    ...denseNames('vision_proj', embed, image.width),
    ...denseNames('text_proj', embed, text.width),
    ...denseNames('itm_head', 2, text.width),
    ['temp', []],
  ]
}
