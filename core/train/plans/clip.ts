import { z } from 'zod'
import { clipParameterShapes, logitBiasName } from '../../model/clip/names.ts'
import type { ClipShape, ResidualImage, TransformerImage } from '../../model/clip/shape.ts'
import { cnnGrid } from '../../model/names-cnn.ts'
import { whole, type CommonKnobs } from './common.ts'
import { layerFloats, stackFloats } from './floats.ts'
import type { Conflict, Plan } from './plan.ts'

const knobs = {
  /** softmax: symmetric InfoNCE (CLIP). sigmoid: each picture and text a question of its own (SigLIP). */
  loss: z.enum(['softmax', 'sigmoid']),
  /** own: only the pair's own text is right for a picture. shared: so is every pair's with the same picture or the same text. */
  positives: z.enum(['own', 'shared']),
  /** Pairs that are held in memory at a time, by cached gradients; 0 holds the whole batch. */
  chunk: whole.min(0),
}
const schema = z.object(knobs)
export type ClipKnobs = CommonKnobs & z.infer<typeof schema>

/** Two encoders in one semantic space. */
export const clipPlan: Plan<ClipShape, ClipKnobs> = {
  system: 'clip',
  family: 'clip',
  knobs,
  recomputes: true,
  trains: (name, { loss }) => loss === 'sigmoid' || name !== logitBiasName,
  conflict: accumulatedChunks,
  keptFloats,
  signatures: (_, { batchSize, loss }) => [
    {
      report: 'loss',
      value: loss === 'softmax' ? Math.log(batchSize) : sigmoidPrior(batchSize),
      tolerance: 0.02,
      code: 'contrast-chance',
    },
  ],
}

/** Two ways to a larger batch, each with its own programs. */
function accumulatedChunks(knobs: ClipKnobs): Conflict | undefined {
  if (knobs.accumulate === 1 || chunkOf(knobs) === knobs.batchSize) return undefined
  return {
    knob: 'accumulate',
    reason: 'a batch that is worked off in chunks can be as large as is wanted; raise "batchSize"',
  }
}

/** The sigmoid loss of a model that knows only that one of a picture's B texts belongs to it. */
export const sigmoidPrior = (batchSize: number): number =>
  Math.log(batchSize) - (batchSize - 1) * Math.log(1 - 1 / batchSize)

/** Rows of the batch that are in memory together. */
export const chunkOf = ({ chunk, batchSize }: ClipKnobs): number =>
  chunk === 0 || chunk >= batchSize ? batchSize : chunk

/** Both encoders' layers for the pairs held at a time, the logits of the batch, and the sums of the gradients if it is chunked. */
function keptFloats(shape: ClipShape, knobs: ClipKnobs): number {
  const { image, text, embed } = shape
  const { batchSize } = knobs
  const held = chunkOf(knobs)
  const pair = imageFloats(image, knobs) + encoderFloats(text, Math.min(knobs.textLength, text.context), knobs)
  const compared = 4 * batchSize ** 2 + 4 * batchSize * embed
  return held * pair + compared + (held < batchSize ? gradientSums(shape) : 0)
}

function imageFloats(image: TransformerImage | ResidualImage, knobs: ClipKnobs): number {
  if (image.kind === 'vit') return encoderFloats(image, (image.size / image.patch) ** 2 + 1, knobs)
  // two convolutions, norms and activations each keep about four grids
  return image.widths.reduce((floats, width, stage) => {
    const grid = cnnGrid(image.size, { ...image, widths: image.widths.slice(0, stage + 1) })
    return floats + 8 * image.blocks * width * grid ** 2
  }, 0)
}

interface Stack {
  width: number
  inner: number
  heads: number
  depth: number
}

function encoderFloats(encoder: Stack, tokens: number, knobs: ClipKnobs): number {
  const { depth, width } = encoder
  return tokens * stackFloats(knobs, { depth, input: width, layer: layerFloats(encoder, tokens) })
}

function gradientSums(shape: ClipShape): number {
  const sizes = [...clipParameterShapes(shape).values()].map((dims) => dims.reduce((size, side) => size * side, 1))
  return sizes.reduce((sum, size) => sum + size, 0)
}
