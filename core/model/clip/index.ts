import type { Family } from '../family.ts'
import { clipInitial, clipParameterShapes } from './names.ts'
import { clipShape, type ClipShape } from './shape.ts'

/** Two encoders in one semantic space. */
export const clipFamily: Family<ClipShape> = {
  schema: clipShape,
  parameterShapes: clipParameterShapes,
  initial: clipInitial,
}
