import type { Family } from '../family.ts'
import { albefParameterShapes } from './names.ts'
import { albefShape, type AlbefShape } from './shape.ts'

export type { AlbefShape } from './shape.ts'

/** ALBEF: a ViT and a BERT aligned before they are fused (arXiv 2107.07651). The temperature starts at its 0.07. */
export const albef: Family<AlbefShape> = {
  schema: albefShape,
  parameterShapes: albefParameterShapes,
  initial: (name) => (name === 'temp' ? { fill: 0.07 } : undefined),
}
