import { z } from 'zod'
import { gridOf } from '../../model/cnnRnn/names.ts'
import type { CnnRnnShape } from '../../model/cnnRnn/shape.ts'
import { weight, type CommonKnobs } from './common.ts'
import { layerFloats } from './floats.ts'
import type { Plan } from './plan.ts'

const knobs = {
  labelSmoothing: z.number().min(0).max(0.5),
  /** Weight of the wish that each place be looked at once (see objective/coverage.ts); only Show, Attend and Tell has it. */
  coverageWeight: weight,
}
const schema = z.object(knobs)
export type CnnRnnKnobs = CommonKnobs & z.infer<typeof schema>

/** A CNN and a decoder: captioning alone. */
export const cnnRnnPlan: Plan<CnnRnnShape, CnnRnnKnobs> = {
  system: 'cnn-rnn',
  family: 'cnn-rnn',
  knobs,
  trains: () => true,
  keptFloats: (shape, knobs) => knobs.batchSize * (seenFloats(shape) + writtenFloats(shape, knobs)),
  signatures: ({ text }) => [
    { report: 'lm', value: Math.log(text.vocabularySize), tolerance: 0.05, code: 'words-chance' },
  ],
}

/** Each place keeps about eleven widths a block (inputs with their padding, what norms make of them, results): fitted to measured peaks. */
function seenFloats({ image }: CnnRnnShape): number {
  const stem = Math.ceil(image.size / 2)
  const stages = image.widths.map((width, stage) => {
    const places = Math.ceil(stem / 2 ** stage) ** 2
    return places * width * (11 * image.blocks + 2)
  })
  return 3 * image.size ** 2 + stages.reduce((sum, floats) => sum + floats, 0)
}

/** The decoder's activations at each token, what it keeps of its look at the picture, and the logits. */
function writtenFloats(shape: CnnRnnShape, { textLength }: CnnRnnKnobs): number {
  const { text } = shape
  const { places, channels } = gridOf(shape)
  const length = Math.min(textLength, text.context)
  const looks = text.fusion === 'attention'
  const logits = 2 * text.vocabularySize
  if (text.kind === 'transformer') {
    const own = layerFloats(text, length)
    const cross = looks ? 6 * text.width + 2 * text.heads * places : 0
    return length * (text.depth * (own + cross) + logits)
  }
  const gates = (text.kind === 'lstm' ? 16 : 14) * text.width
  const look = looks ? 2 * places * text.width + 3 * places + 4 * channels : 0
  return length * (gates + look + logits)
}
