import { parameterCount } from '../model/names.ts'
import { imageTokenCount, type Shape } from '../model/shape.ts'
import type { Knobs } from '../train/knobs.ts'

/** Weight, gradient and two moments, each of 4 bytes. */
const bytesPerParameter = 16
/** The runtime's code and buffers, measured with the smallest shape. */
export const runtimeBytes = 0.8e9

/**
 * Memory a training run needs, in bytes: an estimate to warn by, not a promise.
 * Activations that a block keeps for the backward pass, in floats a token: about ten widths (projections,
 * norms, residuals), twice the inner width, and two rows of attention for each head.
 */
export function trainingBytes(
  shape: Shape,
  { batchSize, textLength, itcWeight, itmWeight, lmWeight, itmAnchors }: Knobs,
): number {
  const { image, text } = shape
  const imageTokens = imageTokenCount(shape)
  const imageFloats =
    batchSize * imageTokens * image.depth * (10 * image.width + 2 * image.inner + 2 * image.heads * imageTokens)
  const anchors = itmAnchors === 0 ? batchSize : Math.min(itmAnchors, batchSize)
  const unimodal = itcWeight + itmWeight > 0 ? batchSize : 0
  const fused = (itmWeight > 0 ? 3 * anchors : 0) + (lmWeight > 0 ? batchSize : 0)
  const perToken = 10 * text.width + 2 * text.inner + 2 * text.heads * textLength
  const cross = 6 * text.width + 2 * text.heads * imageTokens
  const textFloats = textLength * text.depth * (unimodal * perToken + fused * (perToken + cross))
  const logits = lmWeight > 0 ? 2 * batchSize * textLength * text.vocabularySize : 0
  return runtimeBytes + parameterCount(shape) * bytesPerParameter + 4 * (imageFloats + textFloats + logits)
}
