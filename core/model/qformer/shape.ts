import { z } from 'zod'
import { blipShape, count } from '../shape.ts'

/**
 * A ViT and a BERT with learned queries between them (BLIP-2, arXiv 2301.12597, section 3.1). `text` describes the Q-Former,
 * which is the text encoder, the text decoder and the queries' way to the picture in one.
 */
export const qformerShape = z.object({
  name: z.string(),
  family: z.literal('qformer'),
  image: blipShape.shape.image,
  text: blipShape.shape.text,
  /** Number of learned queries: so many vectors stand for a picture. */
  queries: count,
  /** The queries look at the picture in every so manieth layer, the first one included. */
  crossFrequency: count,
  /** Width of the joint space. */
  embed: count,
})
export type QFormerShape = z.infer<typeof qformerShape>
