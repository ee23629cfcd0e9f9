import { asBlip, type Shape } from '../../core/model/index.ts'
import { createJudge, decodePictures, type LoadedModel } from '../../core/score/index.ts'
import type { NoisyPair } from './noisyPairs.ts'
import type { SamplePair } from './samplePairs.ts'
import { trainRecipe } from './trainRecipe.ts'

const batch = 32

/**
 * The pairs with the match probability that a filter gives them. As in CapFilt, the filter is the start, fine-tuned on the few
 * captions that people wrote.
 */
export function scoredPairs(
  pairs: NoisyPair[],
  { start, human, steps, batchSize }: { start: string; human: SamplePair[]; steps: number; batchSize: number },
): Promise<Required<NoisyPair>[]> {
  const changes = { steps, batchSize, warmupSteps: Math.floor(steps / 10), itmAnchors: Math.min(16, batchSize) }
  return trainRecipe({ recipe: 'filter', changes, start, seed: 1, pairs: human }, (filter) => scored(filter, pairs))
}

async function scored(model: LoadedModel<Shape>, pairs: NoisyPair[]): Promise<Required<NoisyPair>[]> {
  const judge = createJudge({ ...model, shape: asBlip(model.shape) }, { batch })
  const result: Required<NoisyPair>[] = []
  try {
    for (let at = 0; at < pairs.length; at += batch) {
      const { items, images } = await decodePictures(pairs.slice(at, at + batch), model.shape.image.size)
      await judge.look(images)
      const judgements = await judge.judge(items.map(({ text }, row) => ({ row, text })))
      result.push(...items.map((pair, row) => ({ ...pair, match: judgements[row]!.itm })))
    }
  } finally {
    judge.dispose()
  }
  return result
}
