import { z } from 'zod'
import { count, vocabularyPart } from '../shape.ts'

const imageShape = z
  .object({
    /** Side in pixels: 4 doubled at least once. */
    size: count.refine(
      (size) => size >= 8 && Number.isInteger(Math.log2(size)),
      'The image size must be a power of two from 8.',
    ),
    /** Channels at half the size; they double as the side halves, in both networks. */
    width: count,
    /** Groups of the norms; divides `width`. */
    groups: count,
  })
  .refine(({ width, groups }) => width % groups === 0, 'The groups must divide the width.')

const textShape = z.object({
  ...vocabularyPart,
  /** How a caption becomes one vector: the mean of its words, or the last state of a GRU that reads them in order. */
  encoder: z.enum(['mean', 'gru']),
  /** Width of words, and of the GRU's state. */
  width: count,
})

/** A generator of pictures from captions and the discriminator that judges them (GAN-INT-CLS with StackGAN's conditioning). */
export const ganShape = z.object({
  name: z.string(),
  family: z.literal('gan'),
  image: imageShape,
  text: textShape,
  /** Width of the space that pictures and captions share. */
  embed: count,
  /** Width of what a caption gives to the generator, and to the discriminator. */
  condition: count,
  /** Width of the generator's noise. */
  noise: count,
})
export type GanShape = z.infer<typeof ganShape>

/** Side of the grid that the generator starts from and the discriminator ends at. */
export const gridSide = 4

/** Channels from the largest side (size / 2) to the smallest (4). */
export function channels({ image }: Pick<GanShape, 'image'>): number[] {
  const halvings = Math.log2(image.size / gridSide)
  return Array.from({ length: halvings }, (_, index) => image.width * 2 ** index)
}
