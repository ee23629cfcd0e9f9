import type { AcmrModel } from '../../../../core/model/acmr/project.ts'
import type { AcmrShape } from '../../../../core/model/acmr/shape.ts'
import { initialise, parseShape, upload } from '../../../../core/model/index.ts'

export const toyShape = parseShape({
  name: 'toy',
  family: 'acmr',
  image: { size: 16, widths: [4, 8], blocks: 1, groups: 2 },
  text: {
    vocabularySize: 12,
    tokens: { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4, dec: 10, enc: 11 },
    context: 8,
    width: 6,
  },
  inner: 6,
  embed: 5,
}) as AcmrShape

export function toyAcmr(): AcmrModel & { parameters: ReturnType<typeof upload> } {
  return { shape: toyShape, parameters: upload(initialise(toyShape, 1)) }
}
