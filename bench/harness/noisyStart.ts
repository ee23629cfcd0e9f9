import { createHash } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeCheckpoint } from '../../core/checkpoint/index.ts'
import { download, type Shape } from '../../core/model/index.ts'
import type { LoadedModel } from '../../core/score/index.ts'
import { knobsOf, recipeNamed } from '../../core/train/index.ts'
import type { SamplePair } from './samplePairs.ts'
import { trainRecipe } from './trainRecipe.ts'

/**
 * A model as a project has it before it curates: trained on all its pairs, noise and all. It is kept in the temp folder.
 * @returns folder of the checkpoint
 */
export async function noisyStart(pairs: SamplePair[], given: { steps: number; batchSize: number }): Promise<string> {
  const { steps, batchSize } = given
  const changes = { steps, batchSize, warmupSteps: Math.floor(steps / 10), itmAnchors: Math.min(16, batchSize) }
  const key = JSON.stringify([knobsOf(recipeNamed('finetune'), changes), pairs.map(({ path, text }) => [path, text])])
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const folder = join(tmpdir(), `winnow-bench-noisy-start-${hash}`)
  if (existsSync(folder)) return folder
  const part = `${folder}.${process.pid}`
  const run = { recipe: 'finetune', changes, start: 'tiny-start', seed: 1, pairs }
  await trainRecipe(run, (model) => keep(model, part, steps))
  renameSync(part, folder)
  return folder
}

async function keep({ name, shape, parameters, tokenizer }: LoadedModel<Shape>, folder: string, step: number) {
  await writeCheckpoint(folder, {
    name,
    recipe: null,
    shape,
    vocabulary: tokenizer.vocabulary,
    step,
    parameters: await download(parameters),
    state: null,
    lineage: { run: null, parent: null, snapshot: 'sample' },
  })
}
