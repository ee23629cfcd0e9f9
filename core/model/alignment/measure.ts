import type { Match, Measures } from '../measure.ts'
import { encodeRegions } from './image.ts'
import type { Parts } from './parts.ts'
import type { AlignmentShape } from './shape.ts'
import { similarities } from './similarity.ts'
import { encodeWords } from './text.ts'

const listed = ({ parts, mask, whole }: Parts) => [parts, mask, whole]
const named = ([parts, mask, whole]: Awaited<ReturnType<Match['image']>>): Parts => ({
  parts: parts!,
  mask: mask!,
  whole: whole!,
})

/** Similarities of the model's own kind; the larger part of their cost is one pair's, so they are taken block by block. */
export const alignmentMeasures: Measures<AlignmentShape> = {
  match: {
    image: (model, images) => listed(encodeRegions(model, images)),
    text: (model, ids) => listed(encodeWords(model, ids)),
    similarities: ({ shape }, images, texts) => similarities(shape, named(images), named(texts)),
  },
}
