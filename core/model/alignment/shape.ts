import { z } from 'zod'
import { cnnPart } from '../names-cnn.ts'
import { count, epsilon, transformerPart, vocabularyPart } from '../shape.ts'

/** A ViT, whose patches are the regions. */
const patchImage = z
  .object({
    kind: z.literal('patches'),
    size: count,
    /** Divides `size`. */
    patch: count,
    ...transformerPart,
    epsilon: epsilon.default(1e-6),
  })
  .refine(({ size, patch }) => size % patch === 0, 'The image size must be a multiple of the patch size.')
  .refine(({ width, heads }) => width % heads === 0, 'The image width must be a multiple of its heads.')

/** A small CNN, whose last grid's places are the regions. */
const gridImage = z
  .object({ kind: z.literal('grid'), size: count, ...cnnPart })
  .refine(({ widths, groups }) => widths.every((width) => width % groups === 0), 'The groups must divide each width.')

/** One layer over word embeddings of that width; its states are as wide as the joint space. */
const recurrentText = z.object({ kind: z.enum(['gru', 'bigru', 'bilstm']), ...vocabularyPart, width: count })

/** BERT's layers; their states are projected into the joint space. */
const transformerText = z
  .object({
    kind: z.literal('transformer'),
    ...vocabularyPart,
    ...transformerPart,
    epsilon: epsilon.default(1e-12),
  })
  .refine(({ width, heads }) => width % heads === 0, 'The text width must be a multiple of its heads.')

/** How well a picture and a text go together (see similarity.ts). */
const match = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('global') }),
  z.object({ kind: z.literal('words') }),
  z.object({
    kind: z.literal('cross-attention'),
    /** What looks at what: each word at the regions (text to image), or each region at the words. */
    direction: z.enum(['text-to-image', 'image-to-text']),
    /** λ₁, the inverse temperature of the attention. */
    sharpness: z.number().gt(0),
    pooling: z.enum(['log-sum-exp', 'mean']),
    /** λ₂: how much the best matches outweigh the others in log-sum-exp pooling. */
    poolSharpness: z.number().gt(0),
  }),
])

/** Regions of a picture and words of a text in a joint space of width `embed`, and a similarity of the two. */
export const alignmentShape = z.object({
  name: z.string(),
  family: z.literal('alignment'),
  image: z.discriminatedUnion('kind', [patchImage, gridImage]),
  text: z.discriminatedUnion('kind', [recurrentText, transformerText]),
  embed: count,
  match,
})
export type AlignmentShape = z.infer<typeof alignmentShape>
export type PatchImage = z.infer<typeof patchImage>
export type GridImage = z.infer<typeof gridImage>
export type RecurrentText = z.infer<typeof recurrentText>
export type TransformerText = z.infer<typeof transformerText>
export type CrossAttention = Extract<AlignmentShape['match'], { kind: 'cross-attention' }>
