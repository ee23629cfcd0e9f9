import type { CommonKnobs } from './common.ts'

/**
 * Floats that a Transformer layer keeps for each place: about ten widths (projections, norms, residuals), twice the inner width, and
 * two rows of attention over `places` for each head.
 */
export const layerFloats = (
  { width, inner, heads }: { width: number; inner: number; heads: number },
  places: number,
): number => 10 * width + 2 * inner + 2 * heads * places

/** Floats that a stack of layers keeps for the backward pass: all of each, or its input alone and one layer at a time. */
export const stackFloats = (
  { recompute }: Pick<CommonKnobs, 'recompute'>,
  { depth, input, layer }: { depth: number; input: number; layer: number },
): number => (recompute ? depth * input + layer : depth * layer)
