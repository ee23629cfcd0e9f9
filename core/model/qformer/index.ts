import type { Family } from '../family.ts'
import { qformerParameterShapes, temperature } from './names.ts'
import { qformerShape, type QFormerShape } from './shape.ts'

export type { QFormerShape } from './shape.ts'

/** BLIP-2's querying transformer with its picture encoder (arXiv 2301.12597). The temperature starts at BLIP's 0.07. */
export const qformer: Family<QFormerShape> = {
  schema: qformerShape,
  parameterShapes: qformerParameterShapes,
  initial: (name) => (name === temperature ? { fill: 0.07 } : undefined),
}
