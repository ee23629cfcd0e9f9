import { z } from 'zod'
import { blipShape, count } from '../shape.ts'

/** A ViT and a BERT whose upper layers look at the picture (ALBEF, arXiv 2107.07651, section 3.1). */
export const albefShape = z
  .object({
    name: z.string(),
    family: z.literal('albef'),
    image: blipShape.shape.image,
    text: blipShape.shape.text,
    /** The first text layer that looks at the picture; those before it read the caption alone. */
    fusionLayer: count,
    /** Width of the joint space. */
    embed: count,
  })
  .refine(({ fusionLayer, text }) => fusionLayer < text.depth, {
    path: ['fusionLayer'],
    message: 'At least one text layer must look at the picture.',
  })
export type AlbefShape = z.infer<typeof albefShape>
