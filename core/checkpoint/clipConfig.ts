import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { clipShape, type ClipShape, type TransformerImage } from '../model/clip/shape.ts'
import { specialTokens } from '../text/vocabulary.ts'

export const clipArchitecture = 'CLIPModel'

const activations = { gelu: 'gelu', 'quick-gelu': 'quick_gelu' } as const
/** The end token that published configurations name, wrongly, when a text is read at its highest id (transformers, PR 24773). */
const endOfHighest = 2

/** What transformers' config.json must say to run the model as we do; nothing is left to the library's defaults. */
export function clipConfig({ text, embed }: ClipShape, image: TransformerImage) {
  const { bos, eos, pad } = { bos: text.tokens.cls, eos: endToken(text), pad: text.tokens.pad }
  return {
    architectures: [clipArchitecture],
    model_type: 'clip',
    dtype: 'float32',
    projection_dim: embed,
    logit_scale_init_value: 2.6592,
    text_config: {
      model_type: 'clip_text_model',
      vocab_size: text.vocabularySize,
      max_position_embeddings: text.context,
      projection_dim: embed,
      ...layers(text),
      bos_token_id: bos,
      eos_token_id: eos,
      pad_token_id: pad,
    },
    vision_config: {
      model_type: 'clip_vision_model',
      image_size: image.size,
      patch_size: image.patch,
      projection_dim: embed,
      ...layers(image),
    },
  }
}

function layers({ width, inner, depth, heads, activation, epsilon }: TransformerImage | ClipShape['text']) {
  return {
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: depth,
    num_attention_heads: heads,
    hidden_act: activations[activation],
    layer_norm_eps: epsilon,
    attention_dropout: 0,
    initializer_range: 0.02,
  }
}

function endToken({ pool, tokens }: ClipShape['text']): number {
  if (pool === 'highest') return endOfHighest
  if (tokens.sep !== endOfHighest) return tokens.sep
  throw new Fault('model-unsupported', `A ${clipArchitecture} can't say that its texts end with token 2.`, {
    hint: 'Put [SEP] elsewhere in the vocabulary.',
  })
}

const number = z.number()
const activation = z.enum(['gelu', 'quick_gelu']).default('quick_gelu')
/** The defaults are the library's own, which is what it would run such a file with. */
const configSchema = z.object({
  model_type: z.literal('clip'),
  projection_dim: number.default(512),
  text_config: z.object({
    vocab_size: number.default(49408),
    hidden_size: number.default(512),
    intermediate_size: number.default(2048),
    num_hidden_layers: number.default(12),
    num_attention_heads: number.default(8),
    max_position_embeddings: number.default(77),
    hidden_act: activation,
    layer_norm_eps: number.default(1e-5),
    eos_token_id: number.default(49407),
  }),
  vision_config: z.object({
    hidden_size: number.default(768),
    intermediate_size: number.default(3072),
    num_hidden_layers: number.default(12),
    num_attention_heads: number.default(12),
    image_size: number.default(224),
    patch_size: number.default(32),
    hidden_act: activation,
    layer_norm_eps: number.default(1e-5),
  }),
})
type Config = z.infer<typeof configSchema>

/** @throws Fault `model-unsupported` for another kind of model or an activation we lack */
export function parseClipConfig(json: unknown, subject: string): Config {
  const parsed = configSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw unsupported(z.prettifyError(parsed.error), subject)
}

/**
 * The shape that a published configuration and its vocabulary describe.
 * @throws Fault `model-unsupported` if the two don't belong together
 */
export function clipShapeOf(config: Config, vocabulary: string[], subject: string): ClipShape {
  const { text_config: text, vision_config: image } = config
  const tokens = specialTokens(vocabulary)
  const pool = text.eos_token_id === endOfHighest ? 'highest' : 'separator'
  if (text.vocab_size !== vocabulary.length) {
    throw unsupported(`It has ${text.vocab_size} word embeddings for ${vocabulary.length} tokens.`, subject)
  }
  if (pool === 'separator' && tokens.sep !== text.eos_token_id) {
    throw unsupported(`Its texts end with token ${text.eos_token_id}, not with [SEP].`, subject)
  }
  return clipShape.parse({
    name: 'imported',
    family: 'clip',
    image: { kind: 'vit', size: image.image_size, patch: image.patch_size, ...stack(image) },
    text: { vocabularySize: vocabulary.length, tokens, context: text.max_position_embeddings, pool, ...stack(text) },
    embed: config.projection_dim,
  })
}

function stack(config: Config['text_config'] | Config['vision_config']) {
  return {
    width: config.hidden_size,
    depth: config.num_hidden_layers,
    heads: config.num_attention_heads,
    inner: config.intermediate_size,
    epsilon: config.layer_norm_eps,
    activation: config.hidden_act === 'gelu' ? 'gelu' : 'quick-gelu',
  }
}

export function unsupported(reason: string, subject: string): Fault {
  return new Fault('model-unsupported', `This is not a CLIP model that can be run here. ${reason}`, { subject })
}
