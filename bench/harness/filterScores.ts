import { join } from 'node:path'
import { closeModel, createJudge, decodePictures, openModel } from '../../core/score/index.ts'
import type { NoisyPair } from './noisyPairs.ts'

/** The filter that comes with the sample. */
const filter = join(import.meta.dirname, '../../resources/sample/checkpoints/tiny')
const batch = 32

/** The pairs with the match probability that the filter gives them. */
export async function scoredPairs(pairs: NoisyPair[]): Promise<Required<NoisyPair>[]> {
  const model = await openModel(filter)
  const judge = createJudge(model, { batch })
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
    closeModel(model)
  }
  return result
}
