import type { Family, Initial } from '../family.ts'
import { qformerParameterShapes, temperature } from './names.ts'
import { qformerShape, type QFormerShape } from './shape.ts'

export type { QFormerShape } from './shape.ts'

/** BLIP-2's querying transformer with its picture encoder (arXiv 2301.12597). */
export const qformer: Family<QFormerShape> = {
  schema: qformerShape,
  parameterShapes: qformerParameterShapes,
  initial,
}

/** Width of BERT, for which its spread of fresh weights is made. */
const bertWidth = 768
const bertDeviation = 0.02

/**
 * The temperature starts at BLIP's 0.07. Matrices of the Q-Former have BERT's spread at BERT's width and a wider one where
 * there are fewer inputs, so that sums keep their size: a picture reaches the queries only through two products, added to
 * states of size 1, and at a narrow width would be too faint to be learned from.
 */
function initial(name: string, dims: number[]): Initial | undefined {
  if (name === temperature) return { fill: 0.07 }
  const isMatrix =
    /^(qformer|vision_projection|text_projection|itm_head|cls)\..*weight$/.test(name) && dims.length === 2
  return isMatrix ? { normal: bertDeviation * Math.sqrt(bertWidth / dims[1]!) } : undefined
}
