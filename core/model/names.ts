import { imageTokenCount, type BlipShape } from './shape.ts'

/**
 * Where the parts of a model lie in its parameters. The names are those of Hugging Face's BLIP checkpoints. Encoder
 * and decoder share every tensor but self-attention; what they share is kept once, under the encoder's name.
 */
export const imageLayer = (i: number) => `vision_model.encoder.layers.${i}`
export const textLayer = (i: number) => `text_encoder.encoder.layer.${i}`
export const decoderLayer = (i: number) => `text_decoder.bert.encoder.layer.${i}`
export const wordEmbeddings = 'text_encoder.embeddings.word_embeddings.weight'
export const languageHead = 'text_decoder.cls.predictions'

/** Every parameter's name and shape, matrices as [out, in]. */
export function blipParameterShapes(shape: BlipShape): Map<string, number[]> {
  return new Map([...imageShapes(shape), ...textShapes(shape), ...headShapes(shape)])
}

type Named = [name: string, shape: number[]]

const dense = (name: string, out: number, into: number): Named[] => [
  [`${name}.weight`, [out, into]],
  [`${name}.bias`, [out]],
]
const norm = (name: string, width: number): Named[] => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
]

function imageShapes(shape: BlipShape): Named[] {
  const { width, inner, patch, depth } = shape.image
  const layer = (at: string) => [
    ...dense(`${at}.self_attn.qkv`, 3 * width, width),
    ...dense(`${at}.self_attn.projection`, width, width),
    ...norm(`${at}.layer_norm1`, width),
    ...norm(`${at}.layer_norm2`, width),
    ...dense(`${at}.mlp.fc1`, inner, width),
    ...dense(`${at}.mlp.fc2`, width, inner),
  ]
  return [
    ['vision_model.embeddings.class_embedding', [1, 1, width]],
    ['vision_model.embeddings.position_embedding', [1, imageTokenCount(shape), width]],
    ['vision_model.embeddings.patch_embedding.weight', [width, 3, patch, patch]],
    ['vision_model.embeddings.patch_embedding.bias', [width]],
    ...Array.from({ length: depth }, (_, i) => layer(imageLayer(i))).flat(),
    ...norm('vision_model.post_layernorm', width),
  ]
}

function textShapes({ image, text }: BlipShape): Named[] {
  const { width, inner } = text
  const attention = (at: string, source: number) => [
    ...dense(`${at}.self.query`, width, width),
    ...dense(`${at}.self.key`, width, source),
    ...dense(`${at}.self.value`, width, source),
    ...dense(`${at}.output.dense`, width, width),
    ...norm(`${at}.output.LayerNorm`, width),
  ]
  const layer = (i: number) => [
    ...attention(`${textLayer(i)}.attention`, width),
    ...attention(`${decoderLayer(i)}.attention`, width),
    ...attention(`${textLayer(i)}.crossattention`, image.width),
    ...dense(`${textLayer(i)}.intermediate.dense`, inner, width),
    ...dense(`${textLayer(i)}.output.dense`, width, inner),
    ...norm(`${textLayer(i)}.output.LayerNorm`, width),
  ]
  return [
    [wordEmbeddings, [text.vocabularySize, width]],
    ['text_encoder.embeddings.position_embeddings.weight', [text.context, width]],
    ...norm('text_encoder.embeddings.LayerNorm', width),
    ...Array.from({ length: text.depth }, (_, i) => layer(i)).flat(),
    ...dense(`${languageHead}.transform.dense`, width, width),
    ...norm(`${languageHead}.transform.LayerNorm`, width),
    [`${languageHead}.bias`, [text.vocabularySize]],
  ]
}

function headShapes({ image, text, embed }: BlipShape): Named[] {
  return [
    ...dense('vision_proj', embed, image.width),
    ...dense('text_proj', embed, text.width),
    ...dense('itm_head', 2, text.width),
    ['temp', []],
  ]
}
