import { parameterShapes } from '../model/index.ts'
import { cleanForTraining, type CleaningPreset } from '../text/clean.ts'
import { createTokenizer, type Tokenizer } from '../text/tokenizer.ts'
import { createBatches, rowLength, type TrainingPair } from './batches.ts'
import { trainedNames } from './groups.ts'
import type { TrainOptions, TrainReport } from './loop.ts'
import type { SamplerState } from './sampler.ts'

export type SetUpOptions = Pick<TrainOptions, 'pairs' | 'shape' | 'vocabulary' | 'knobs' | 'pictures'> & {
  report: Pick<TrainReport, 'pictureFault'>
}

/** What a run's steps are made from: batches from where the sampler stands, trained names, lengths of the token rows. */
export function setUp({ pairs: given, shape, vocabulary, knobs, pictures, report }: SetUpOptions, start: SamplerState) {
  const pairs = cleaned(given, knobs.textCleaning)
  const tokenizer = createTokenizer(vocabulary)
  const textLength = rowLength(tokenizer, pairs, knobs.prompt, Math.min(knobs.textLength, shape.text.context))
  const batches = createBatches({
    pairs,
    pictures,
    onFault: report.pictureFault,
    tokenizer,
    batchSize: knobs.batchSize,
    imageSize: shape.image.size,
    textLength,
    prompt: knobs.prompt,
    augmentation: knobs,
    qualityWeighting: knobs.qualityWeighting,
    start,
  })
  // Subtle: in the shape's order, not that of the record, which differs between fresh and loaded weights: the order in
  // which the gradient norm is summed decides its last bit.
  const names = trainedNames([...parameterShapes(shape).keys()], knobs)
  return { batches, names, textLength, promptLength: promptLength(tokenizer, knobs.prompt) }
}

/** Captions as the knob wants them; one that cleaning leaves empty stays as it was. */
function cleaned(pairs: TrainingPair[], preset: CleaningPreset): TrainingPair[] {
  if (preset === 'none') return pairs
  return pairs.map((pair) => ({ ...pair, text: cleanForTraining(pair.text, preset) || pair.text }))
}

/** Tokens that are given before a caption: [DEC] and the prompt. */
function promptLength(tokenizer: Tokenizer, prompt: string): number {
  return tokenizer.encode(prompt, { maxLength: 1000, first: 'dec' }).length - 1
}
