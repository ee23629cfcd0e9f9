import { z } from 'zod'
import { Fault } from '../contract/fault.ts'
import { imageDeviation, imageMean } from '../model/vision.ts'
import { asBlip, parseShape } from '../model/families.ts'
import type { BlipShape } from '../model/shape.ts'
import { specialTokens } from '../text/vocabulary.ts'
import { architectures, type Layout } from './layout.ts'

/**
 * What transformers' config.json must say to run the model as we do. Heads, epsilons, activation and special ids are
 * written out, since the library's defaults for them (8 heads, 1e-5) are not BLIP's.
 * Subtle: the library refuses 1 where it wants 1.0, and JSON written here can't tell them apart, so no such field is set.
 */
export function publishedConfig({ image, text, embed }: BlipShape, layout: Layout) {
  return {
    architectures: [architectures[layout]],
    model_type: 'blip',
    dtype: 'float32',
    image_text_hidden_size: embed,
    projection_dim: embed,
    label_smoothing: 0.1,
    logit_scale_init_value: 2.6592,
    initializer_range: 0.02,
    tie_word_embeddings: true,
    text_config: {
      model_type: 'blip_text_model',
      vocab_size: text.vocabularySize,
      hidden_size: text.width,
      encoder_hidden_size: image.width,
      intermediate_size: text.inner,
      projection_dim: embed,
      num_hidden_layers: text.depth,
      num_attention_heads: text.heads,
      max_position_embeddings: text.context,
      hidden_act: 'gelu',
      layer_norm_eps: text.epsilon,
      hidden_dropout_prob: text.dropout,
      attention_probs_dropout_prob: text.dropout,
      initializer_range: 0.02,
      bos_token_id: text.tokens.dec,
      eos_token_id: text.tokens.sep,
      pad_token_id: text.tokens.pad,
      sep_token_id: text.tokens.sep,
      is_decoder: true,
      use_cache: true,
      tie_word_embeddings: true,
      label_smoothing: 0.1,
    },
    vision_config: {
      model_type: 'blip_vision_model',
      hidden_size: image.width,
      intermediate_size: image.inner,
      projection_dim: embed,
      num_hidden_layers: image.depth,
      num_attention_heads: image.heads,
      image_size: image.size,
      patch_size: image.patch,
      hidden_act: 'gelu',
      layer_norm_eps: image.epsilon,
      attention_dropout: 0,
      initializer_range: 0.02,
    },
  }
}

/** The preprocessor's settings: squash to a square (bicubic), 1/255, CLIP's mean and deviation. */
export function preprocessorConfig({ image }: { image: { size: number } }, processor: string) {
  return {
    image_processor_type: 'BlipImageProcessor',
    processor_class: processor,
    do_convert_rgb: true,
    do_resize: true,
    size: { height: image.size, width: image.size },
    resample: 3,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: imageMean,
    image_std: imageDeviation,
  }
}

const number = z.number()
/** The defaults are the library's own, which is what it would run such a file with. */
const configSchema = z.object({
  model_type: z.literal('blip'),
  image_text_hidden_size: number.default(256),
  text_config: z.object({
    vocab_size: number.default(30524),
    hidden_size: number.default(768),
    intermediate_size: number.default(3072),
    num_hidden_layers: number.default(12),
    num_attention_heads: number.default(8),
    max_position_embeddings: number.default(512),
    hidden_act: z.literal('gelu').default('gelu'),
    layer_norm_eps: number.default(1e-12),
    hidden_dropout_prob: number.default(0),
    bos_token_id: number.default(30522),
  }),
  vision_config: z.object({
    hidden_size: number.default(768),
    intermediate_size: number.default(3072),
    num_hidden_layers: number.default(12),
    num_attention_heads: number.default(12),
    image_size: number.default(384),
    patch_size: number.default(16),
    hidden_act: z.literal('gelu').default('gelu'),
    layer_norm_eps: number.default(1e-5),
  }),
})

/**
 * The shape that a published config.json and its vocabulary describe.
 * @throws Fault `model-unsupported` for another kind of model, an activation we lack, or a vocabulary of another size
 */
export function shapeFromConfig(json: unknown, vocabulary: string[], subject: string): BlipShape {
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) throw unsupported(z.prettifyError(parsed.error), subject)
  const { text_config: text, vision_config: image, image_text_hidden_size: embed } = parsed.data
  if (text.vocab_size !== vocabulary.length) {
    throw unsupported(`It has ${text.vocab_size} word embeddings for ${vocabulary.length} tokens.`, subject)
  }
  const shape = { name: 'imported', image: imageShape(image), text: textShape(text, vocabulary), embed }
  if (shape.text.tokens.dec !== text.bos_token_id) throw unsupported('Its first token is not [DEC].', subject)
  return asBlip(parseShape(shape, subject))
}

type Config = z.infer<typeof configSchema>

function imageShape(config: Config['vision_config']) {
  return {
    size: config.image_size,
    patch: config.patch_size,
    width: config.hidden_size,
    depth: config.num_hidden_layers,
    heads: config.num_attention_heads,
    inner: config.intermediate_size,
    epsilon: config.layer_norm_eps,
  }
}

function textShape(config: Config['text_config'], vocabulary: string[]) {
  return {
    vocabularySize: vocabulary.length,
    tokens: specialTokens(vocabulary),
    width: config.hidden_size,
    depth: config.num_hidden_layers,
    heads: config.num_attention_heads,
    inner: config.intermediate_size,
    context: config.max_position_embeddings,
    epsilon: config.layer_norm_eps,
    dropout: config.hidden_dropout_prob,
  }
}

function unsupported(reason: string, subject: string): Fault {
  return new Fault('model-unsupported', `This is not a BLIP model that can be run here. ${reason}`, { subject })
}
