import type { Family } from '../family.ts'
import { acmrInitial, acmrParameterShapes } from './names.ts'
import { acmrShape, type AcmrShape } from './shape.ts'

export const acmr: Family<AcmrShape> = {
  schema: acmrShape,
  parameterShapes: acmrParameterShapes,
  initial: acmrInitial,
}
