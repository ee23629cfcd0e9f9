import { cnnRnnShape, type CnnRnnShape } from '../../../../core/model/cnnRnn/shape.ts'

export const kinds = ['lstm', 'gru', 'transformer'] as const
export const fusions = ['initial', 'concat', 'attention'] as const
export const every = kinds.flatMap((kind) => fusions.map((fusion) => ({ kind, fusion })))

export interface ToyOptions {
  kind?: CnnRnnShape['text']['kind']
  fusion?: CnnRnnShape['text']['fusion']
  size?: number
  text?: object
}

/** As small as can be: a grid of 2 × 2 places with 6 channels, unless `size` is more than 8. */
export function toyShape({ kind = 'lstm', fusion = 'attention', size = 8, text = {} }: ToyOptions = {}): CnnRnnShape {
  const transformer = kind === 'transformer' ? { depth: 2, heads: 2, inner: 12 } : {}
  return cnnRnnShape.parse({
    name: 'toy',
    family: 'cnn-rnn',
    image: { size, widths: [4, 6], blocks: 1, groups: 2 },
    text: {
      kind,
      fusion,
      vocabularySize: 11,
      tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 5, enc: 6 },
      context: 7,
      width: 8,
      ...transformer,
      ...text,
    },
  })
}
