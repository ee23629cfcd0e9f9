import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { qformerShape, type QFormerShape } from '../model/qformer/shape.ts'
import { specialTokens } from '../text/vocabulary.ts'

export const blip2Architecture = 'Blip2ForImageTextRetrieval'

/**
 * What transformers' config.json must say to run a Q-Former as we do. As in BLIP, nothing is left to defaults.
 * Subtle: without `use_qformer_text_input` the library drops the text's feed-forward blocks.
 */
export function blip2Config({ image, text, queries, crossFrequency, embed }: QFormerShape) {
  return {
    architectures: [blip2Architecture],
    model_type: 'blip-2',
    dtype: 'float32',
    image_text_hidden_size: embed,
    num_query_tokens: queries,
    image_token_index: null,
    initializer_range: 0.02,
    qformer_config: {
      model_type: 'blip_2_qformer',
      vocab_size: text.vocabularySize,
      hidden_size: text.width,
      encoder_hidden_size: image.width,
      intermediate_size: text.inner,
      num_hidden_layers: text.depth,
      num_attention_heads: text.heads,
      max_position_embeddings: text.context,
      cross_attention_frequency: crossFrequency,
      use_qformer_text_input: true,
      hidden_act: 'gelu',
      layer_norm_eps: text.epsilon,
      hidden_dropout_prob: text.dropout,
      attention_probs_dropout_prob: text.dropout,
      initializer_range: 0.02,
      pad_token_id: text.tokens.pad,
    },
    vision_config: {
      model_type: 'blip_2_vision_model',
      hidden_size: image.width,
      intermediate_size: image.inner,
      num_hidden_layers: image.depth,
      num_attention_heads: image.heads,
      image_size: image.size,
      patch_size: image.patch,
      qkv_bias: true,
      hidden_act: 'gelu',
      layer_norm_eps: image.epsilon,
      attention_dropout: 0,
      initializer_range: 0.02,
    },
    // the language model of BLIP-2's second stage: this layout has none, but the library wants to know its kind
    text_config: { model_type: 'opt' },
  }
}

const number = z.number()
/** The defaults are the library's own, which is what it would run such a file with. */
const configSchema = z.object({
  model_type: z.literal('blip-2'),
  image_text_hidden_size: number.default(256),
  num_query_tokens: number.default(32),
  qformer_config: z.object({
    vocab_size: number.default(30522),
    hidden_size: number.default(768),
    intermediate_size: number.default(3072),
    num_hidden_layers: number.default(12),
    num_attention_heads: number.default(12),
    max_position_embeddings: number.default(512),
    cross_attention_frequency: number.default(2),
    use_qformer_text_input: z.literal(true),
    hidden_act: z.literal('gelu').default('gelu'),
    layer_norm_eps: number.default(1e-12),
    hidden_dropout_prob: number.default(0.1),
  }),
  vision_config: z.object({
    hidden_size: number.default(1408),
    intermediate_size: number.default(6144),
    num_hidden_layers: number.default(39),
    num_attention_heads: number.default(16),
    image_size: number.default(224),
    patch_size: number.default(14),
    qkv_bias: z.literal(true).default(true),
    hidden_act: z.literal('gelu').default('gelu'),
    layer_norm_eps: number.default(1e-6),
  }),
})
export type Blip2Config = z.infer<typeof configSchema>

/** @throws Fault `model-unsupported` for another kind of model or an activation we lack */
export function parseBlip2Config(json: unknown, subject: string): Blip2Config {
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) throw unsupported(z.prettifyError(parsed.error), subject)
  return parsed.data
}

/** The shape that a published config.json describes, for the vocabulary that the model will have here. */
export function blip2Shape(config: Blip2Config, vocabulary: string[], subject: string): QFormerShape {
  const { qformer_config: text, vision_config: image } = config
  const shape = {
    name: 'imported',
    family: 'qformer',
    image: {
      size: image.image_size,
      patch: image.patch_size,
      width: image.hidden_size,
      depth: image.num_hidden_layers,
      heads: image.num_attention_heads,
      inner: image.intermediate_size,
      epsilon: image.layer_norm_eps,
    },
    text: {
      vocabularySize: vocabulary.length,
      tokens: specialTokens(vocabulary),
      width: text.hidden_size,
      depth: text.num_hidden_layers,
      heads: text.num_attention_heads,
      inner: text.intermediate_size,
      context: text.max_position_embeddings,
      epsilon: text.layer_norm_eps,
      dropout: text.hidden_dropout_prob,
    },
    queries: config.num_query_tokens,
    crossFrequency: text.cross_attention_frequency,
    embed: config.image_text_hidden_size,
  }
  const parsed = qformerShape.safeParse(shape)
  if (!parsed.success) throw unsupported(z.prettifyError(parsed.error), subject)
  return parsed.data
}

function unsupported(reason: string, subject: string): Fault {
  return new Fault('model-unsupported', `This is not a BLIP-2 model that can be run here. ${reason}`, { subject })
}
