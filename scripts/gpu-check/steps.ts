/** The steps that training, captioning and scoring compile, at the recipes' own sizes. */
import { join } from 'node:path'
import {
  parameterShapes,
  createCaptioner,
  asBlip,
  readShape,
  type BlipShape,
  type TrainableParameters,
} from '../../core/model/index.ts'
import { createJudge } from '../../core/score/index.ts'
import { tf } from '../../core/tensor/index.ts'
import { createTokenizer } from '../../core/text/tokenizer.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'
import { knobsOf, recipeNamed } from '../../core/train/index.ts'
import { trainedNames } from '../../core/train/groups.ts'
import { createOptimiser } from '../../core/train/optimiser.ts'
import { captureTrainingStep } from '../../core/train/step.ts'

export const sizes = ['tiny', 'small', 'base'] as const
export type Size = (typeof sizes)[number]

export const kinds = ['train', 'caption', 'score'] as const
export type Kind = (typeof kinds)[number]

/** Captions and scores are computed for as many pictures at a time as CapFilt takes. */
const scoringBatch = 32

export interface StepSettings {
  recipe: string
  /** Pairs in a training step; the recipe's by default. */
  batchSize?: number | undefined
}

/** Captures a kind of step on the runtime at hand; its programs start to compile. Nothing is run. */
export async function captureSteps(size: Size, kind: Kind, { recipe, batchSize }: StepSettings): Promise<void> {
  const { shape: read, vocabularyFile } = readShape(join(import.meta.dirname, '../../resources/models', `${size}.json`))
  const shape = asBlip(read)
  const parameters = zeroParameters(shape)
  if (kind === 'train') return captureTraining(shape, parameters, { recipe, batchSize })
  if (kind === 'caption') {
    createCaptioner({ shape, parameters }, { batch: scoringBatch })
    return
  }
  const tokenizer = createTokenizer(readVocabulary(vocabularyFile))
  const judge = createJudge({ hash: '', name: size, shape, parameters, tokenizer }, { batch: scoringBatch })
  // The program for captions is captured by its first use, which a device on paper refuses.
  await judge.judge([{ row: 0, text: 'a' }]).catch(() => undefined)
}

function captureTraining(shape: BlipShape, parameters: TrainableParameters, { recipe, batchSize }: StepSettings): void {
  const knobs = knobsOf(recipeNamed(recipe), batchSize === undefined ? {} : { batchSize })
  const optimiser = createOptimiser(parameters, trainedNames(Object.keys(parameters), knobs))
  const textLength = Math.min(knobs.textLength, shape.text.context)
  captureTrainingStep({
    shape,
    parameters,
    optimiser,
    knobs,
    promptLength: 1,
    textLength,
  })
}

function zeroParameters(shape: BlipShape): TrainableParameters {
  const entries = [...parameterShapes(shape)].map(([name, dims]) => [name, tf.tidy(() => tf.variable(tf.zeros(dims)))])
  return Object.fromEntries(entries)
}
