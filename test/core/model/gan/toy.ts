import { initialise, parseShape, upload } from '../../../../core/model/index.ts'
import type { GanModel } from '../../../../core/model/gan/index.ts'
import type { GanShape } from '../../../../core/model/gan/shape.ts'

export const toyShape = (encoder: 'mean' | 'gru' = 'mean') =>
  parseShape({
    name: 'toy',
    family: 'gan',
    image: { size: 16, width: 4, groups: 2 },
    text: {
      vocabularySize: 12,
      tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 10, enc: 11 },
      context: 8,
      encoder,
      width: 6,
    },
    embed: 5,
    condition: 4,
    noise: 3,
  }) as GanShape

export function toyGan(encoder: 'mean' | 'gru' = 'mean'): GanModel & { parameters: ReturnType<typeof upload> } {
  const shape = toyShape(encoder)
  return { shape, parameters: upload(initialise(shape, 1)) }
}
