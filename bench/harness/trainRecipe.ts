import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loadCheckpoint } from '../../core/checkpoint/index.ts'
import { initialise, readShape, upload, type Shape } from '../../core/model/index.ts'
import type { LoadedModel } from '../../core/score/index.ts'
import { tf } from '../../core/tensor/index.ts'
import { createTokenizer } from '../../core/text/tokenizer.ts'
import { readVocabulary } from '../../core/text/vocabulary.ts'
import { knobsOf, recipeNamed, startPictureLoader, train } from '../../core/train/index.ts'
import type { SamplePair } from './samplePairs.ts'

const resources = join(import.meta.dirname, '../../resources')

export interface RecipeRun {
  recipe: string
  changes?: Record<string, number | string | boolean>
  /** A shipped checkpoint to start from, or a checkpoint's folder; random weights of the recipe's shape if left out. */
  start?: string
  pairs: (SamplePair & { match?: number })[]
  seed: number
  measure?: (model: LoadedModel<Shape>) => Promise<number>
}

/** Trains a recipe from its start and hands the model over; the model is gone afterwards. */
export async function trainRecipe<T>(run: RecipeRun, use: (model: LoadedModel<Shape>) => Promise<T>): Promise<T> {
  const recipe = recipeNamed(run.recipe)
  const knobs = knobsOf(recipe, { evaluatePictures: 0, evaluateCaptions: 0, checkpointEvery: 0, ...run.changes })
  const { shape, vocabulary, tensors } = await startOf(run, recipe.shape)
  const model = {
    hash: '',
    name: recipe.name,
    shape,
    parameters: upload(tensors),
    tokenizer: createTokenizer(vocabulary),
  }
  const folder = mkdtempSync(join(tmpdir(), 'winnow-bench-recipe-'))
  const pictures = startPictureLoader({ size: shape.image.size, cache: join(tmpdir(), 'winnow-bench-pictures') })
  try {
    await train({
      folder,
      name: recipe.name,
      pairs: run.pairs,
      snapshot: 'sample',
      shape,
      vocabulary,
      parameters: model.parameters,
      knobs,
      seed: run.seed,
      parent: null,
      point: null,
      pictures,
      measure: run.measure && (() => run.measure!(model)),
      report: {
        progress() {},
        metric() {},
        checkpoint() {},
        log() {},
        pictureFault: (_, fault) => console.error(fault),
      },
      signal: new AbortController().signal,
    })
    return await use(model)
  } finally {
    await pictures.close()
    tf.dispose(model.parameters)
    rmSync(folder, { recursive: true, force: true })
  }
}

async function startOf({ start, seed }: RecipeRun, shapeName: string) {
  if (start) return loadCheckpoint(resolve(resources, 'sample/checkpoints', start))
  const { shape, vocabularyFile } = readShape(join(resources, 'models', `${shapeName}.json`))
  return { shape, vocabulary: readVocabulary(vocabularyFile), tensors: initialise(shape, seed) }
}
