import { z } from 'zod'
import { cnnPart } from '../names-cnn.ts'
import { count, transformerPart, vocabularyPart } from '../shape.ts'

/**
 * How the picture gets to the words. `initial`: it is what the decoder sees first (Show and Tell, arXiv 1411.4555).
 * `concat`: its feature stands beside each word. `attention`: each word looks at the places of its grid (Show, Attend and
 * Tell, arXiv 1502.03044; cross-attention in a Transformer).
 */
const fusion = z.enum(['initial', 'concat', 'attention'])

const imageShape = z
  .object({ size: count, ...cnnPart })
  .refine(
    ({ widths, groups }) => widths.every((width) => width % groups === 0),
    'Every width must be a multiple of the groups.',
  )

const recurrentText = z.object({
  kind: z.enum(['lstm', 'gru']),
  fusion,
  ...vocabularyPart,
  /** Of words and state. */
  width: count,
})

const transformerText = z
  .object({ kind: z.literal('transformer'), fusion, ...vocabularyPart, ...transformerPart })
  .refine(({ width, heads }) => width % heads === 0, 'The text width must be a multiple of its heads.')

/** A CNN that looks, and an LSTM, a GRU or a Transformer that writes. */
export const cnnRnnShape = z.object({
  name: z.string(),
  family: z.literal('cnn-rnn'),
  image: imageShape,
  text: z.discriminatedUnion('kind', [recurrentText, transformerText]),
})
export type CnnRnnShape = z.infer<typeof cnnRnnShape>
export type RecurrentText = z.infer<typeof recurrentText>
export type TransformerText = z.infer<typeof transformerText>
