import { z } from 'zod'
import { cnnPart } from '../names-cnn.ts'
import { count, vocabularyPart } from '../shape.ts'

/** Projectors of pictures and captions into one space, with a classifier of words and one of modalities on it (ACMR). */
export const acmrShape = z
  .object({
    name: z.string(),
    family: z.literal('acmr'),
    /** A small CNN in place of the fixed features of a published one. */
    image: z.object({ size: count, ...cnnPart }),
    text: z.object({
      ...vocabularyPart,
      /** Hidden width of the projector of captions, whose input is the bag of their words. */
      width: count,
    }),
    /** Hidden width of the projector of pictures. */
    inner: count,
    /** Width of the common space. */
    embed: count,
  })
  .refine(
    ({ image }) => image.widths.every((width) => width % image.groups === 0),
    'The groups must divide each width.',
  )
export type AcmrShape = z.infer<typeof acmrShape>
