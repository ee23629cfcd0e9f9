import type { Measures } from '../measure.ts'
import { encodePlaces } from './picture.ts'
import type { CnnRnnShape } from './shape.ts'
import { writeTokens } from './write.ts'

/** It writes. */
export const cnnRnnMeasures: Measures<CnnRnnShape> = {
  write: {
    image: (model, images) => [encodePlaces(model, images)],
    logits: (model, [places], ids) => writeTokens(model, places!, ids).logits,
  },
}
