import type { Family } from '../family.ts'
import { cnnRnnInitial, cnnRnnParameterShapes } from './names.ts'
import { cnnRnnShape, type CnnRnnShape } from './shape.ts'

/** A CNN and a decoder that writes captions from its features. */
export const cnnRnnFamily: Family<CnnRnnShape> = {
  schema: cnnRnnShape,
  parameterShapes: cnnRnnParameterShapes,
  initial: cnnRnnInitial,
}
