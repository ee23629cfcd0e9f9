import type { Family } from '../family.ts'
import { ganInitial, ganParameterShapes } from './names.ts'
import { ganShape, type GanShape } from './shape.ts'

export const gan: Family<GanShape> = {
  schema: ganShape,
  parameterShapes: ganParameterShapes,
  initial: ganInitial,
}
