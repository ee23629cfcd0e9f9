import { alignmentShape, type AlignmentShape } from '../../../../core/model/alignment/shape.ts'

/** A shape as small as can be; texts are at most eight tokens, padding is 0. */
export function toyShape(over: {
  image?: object
  text?: object
  match?: AlignmentShape['match']
  embed?: number
}): AlignmentShape {
  return alignmentShape.parse({
    name: 'toy',
    family: 'alignment',
    image: { kind: 'grid', size: 16, widths: [4, 8], groups: 2, ...over.image },
    text: {
      kind: 'gru',
      vocabularySize: 11,
      tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 9, enc: 10 },
      context: 8,
      width: 5,
      ...over.text,
    },
    embed: over.embed ?? 6,
    match: over.match ?? { kind: 'global' },
  })
}

export const patches = { kind: 'patches', patch: 8, width: 8, depth: 1, heads: 2, inner: 16 }
export const transformer = { kind: 'transformer', width: 8, depth: 1, heads: 2, inner: 16 }

export const scan = (direction: 'text-to-image' | 'image-to-text') => {
  const [sharpness, poolSharpness] = direction === 'text-to-image' ? [9, 6] : [4, 5]
  return { kind: 'cross-attention', direction, sharpness, pooling: 'log-sum-exp', poolSharpness } as const
}
