import type { Family } from '../family.ts'
import { alignmentInitial, alignmentParameterShapes } from './names.ts'
import { alignmentShape, type AlignmentShape } from './shape.ts'

export type { AlignmentShape } from './shape.ts'
export { regionCount } from './names.ts'

/** Regions and words in a joint space: VSE++, alignment by best regions, and SCAN (see similarity.ts). Free of tensors. */
export const alignment: Family<AlignmentShape> = {
  schema: alignmentShape,
  parameterShapes: alignmentParameterShapes,
  initial: alignmentInitial,
}
