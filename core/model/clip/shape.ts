import { z } from 'zod'
import { cnnPart } from '../names-cnn.ts'
import { count, epsilon, transformerPart, vocabularyPart } from '../shape.ts'

/** quick-gelu is x · σ(1.702 x), which OpenAI's weights need; most of open_clip's later ones need the exact GELU. */
const activation = z.enum(['gelu', 'quick-gelu']).default('gelu')

const transformerImage = z
  .object({
    kind: z.literal('vit'),
    size: count,
    /** Divides `size`. */
    patch: count,
    ...transformerPart,
    epsilon: epsilon.default(1e-5),
    activation,
  })
  .refine(({ size, patch }) => size % patch === 0, 'The image size must be a multiple of the patch size.')
  .refine(({ width, heads }) => width % heads === 0, 'The image width must be a multiple of its heads.')

/** A residual CNN with an attention pool (see ../cnn.ts). */
const residualImage = z
  .object({
    kind: z.literal('resnet'),
    size: count,
    ...cnnPart,
    /** Heads of the attention that pools the last grid. */
    heads: count,
  })
  .refine(({ widths, groups }) => widths.every((width) => width % groups === 0), 'The groups must divide each width.')
  .refine(({ widths, heads }) => widths.at(-1)! % heads === 0, 'The heads must divide the last width.')

const textShape = z
  .object({
    ...vocabularyPart,
    ...transformerPart,
    epsilon: epsilon.default(1e-5),
    activation,
    /** Whose state stands for the text: that of the first [SEP], or of the highest id (published models that say eos is 2). */
    pool: z.enum(['separator', 'highest']).default('separator'),
  })
  .refine(({ width, heads }) => width % heads === 0, 'The text width must be a multiple of its heads.')

/** Two encoders and a joint space of width `embed` (CLIP, arXiv 2103.00020). */
export const clipShape = z.object({
  name: z.string(),
  family: z.literal('clip'),
  image: z.union([transformerImage, residualImage]),
  text: textShape,
  embed: count,
  /**
   * Where the logits' scale and bias start; the bias is for the sigmoid loss only. SigLIP starts at 10 and −10, about minus the
   * logarithm of its batch of 32,768; for a batch of 64, −4 is the like, and a short run can't get there by learning.
   */
  logits: z.object({ scale: z.number().min(1).max(100), bias: z.number() }).default({ scale: 1 / 0.07, bias: -10 }),
})

export type ClipShape = z.infer<typeof clipShape>
export type TransformerImage = z.infer<typeof transformerImage>
export type ResidualImage = z.infer<typeof residualImage>
