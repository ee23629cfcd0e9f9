import type { z } from 'zod'
import type { Shape } from './shape.ts'

/** How a parameter starts: one value throughout, a truncated normal of that deviation, or uniform in ± a bound. */
export type Initial = { fill: number } | { normal: number } | { uniform: number }

/** A kind of model: what its shapes say, and which parameters they make. Free of tensors. */
export interface Family<S extends Shape = Shape> {
  /** Checks a shape from outside. */
  schema: z.ZodType<S>
  /** Every parameter's name and shape; matrices as [out, in]. The order is that in which gradients are summed. */
  parameterShapes(shape: S): Map<string, number[]>
  /** Where a parameter starts otherwise than by the common rule (norms 1, biases 0, the rest normal, deviation 0.02). */
  initial?(name: string, dims: number[], shape: S): Initial | undefined
}
