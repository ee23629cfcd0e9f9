import { z } from 'zod'

/** What every family's shape has; the rest is the family's own (see families.ts). */
export interface Shape {
  name: string
  family: string
  /** Side of the square input in pixels. */
  image: { size: number }
  /** `context`: number of positions, the longest sequence in tokens. */
  text: { vocabularySize: number; tokens: TokenIds; context: number }
}

const id = z.number().int().nonnegative()
const tokenIds = z.object({ pad: id, unk: id, cls: id, sep: id, mask: id, dec: id, enc: id })
export type TokenIds = z.infer<typeof tokenIds>

/** The parts that families make their schemas of. */
export const count = z.number().int().positive()
export const epsilon = z.number().positive()
export const vocabularyPart = { vocabularySize: count, tokens: tokenIds, context: count }
export const transformerPart = {
  width: count,
  depth: count,
  heads: count,
  /** Hidden width of the feed-forward blocks. */
  inner: count,
}

const imageShape = z
  .object({
    size: count,
    /** Divides `size`. */
    patch: count,
    ...transformerPart,
    epsilon: epsilon.default(1e-6),
  })
  .refine(({ size, patch }) => size % patch === 0, 'The image size must be a multiple of the patch size.')
  .refine(({ width, heads }) => width % heads === 0, 'The image width must be a multiple of its heads.')

const textShape = z
  .object({
    ...vocabularyPart,
    ...transformerPart,
    epsilon: epsilon.default(1e-12),
    /** Share of activations dropped in training. */
    dropout: z.number().min(0).lt(1).default(0.1),
  })
  .refine(({ width, heads }) => width % heads === 0, 'The text width must be a multiple of its heads.')

/** A ViT and a BERT that share a joint space; all that fixes a BLIP model's parameters, and how they are run. */
export const blipShape = z.object({
  name: z.string(),
  family: z.literal('blip').default('blip'),
  image: imageShape,
  text: textShape,
  embed: count,
})
export type BlipShape = z.infer<typeof blipShape>

/** Number of image tokens, the class token included. */
export function imageTokenCount({ image }: Pick<BlipShape, 'image'>): number {
  return (image.size / image.patch) ** 2 + 1
}
