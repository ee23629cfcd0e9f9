import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { composeSample, type SampleLine } from '../../core/exchange/sample/index.ts'
import type { SamplePair } from './samplePairs.ts'

export interface NoisyPair extends SamplePair {
  /** Whether the caption is true of the picture and complete: what a careful reviewer would accept. */
  accepted: boolean
  /** The match probability that a filter gives it. */
  match?: number
}

export interface NoisyPairs {
  /** Web captions, half of them noise, and a few that people wrote. */
  training: NoisyPair[]
  /** Pairs with human captions that all differ, to choose weights by. */
  watched: SamplePair[]
  /** The same, to measure those weights on. */
  heldOut: SamplePair[]
}

/** The sample as a project finds it: noisy pairs, of which it is known how each was spoiled. Painted once into `folder`. */
export async function noisyPairs(
  folder: string,
  counts: { web: number; human: number; watched: number; heldOut: number },
): Promise<NoisyPairs> {
  const human = counts.human + counts.watched + counts.heldOut
  const sample = await composeSample(folder, { seed: 2, human, web: counts.web, heldOut: 0 })
  const truth = JSON.parse(readFileSync(sample.truth, 'utf8')) as Record<string, { kind: string }>
  const lines = [sample.human, sample.web].flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'))
  const pairs = lines.map((line, sampleId): NoisyPair => {
    const { path, caption } = JSON.parse(line) as SampleLine
    return {
      sampleId,
      path: join(dirname(sample.human), path),
      text: caption,
      accepted: truth[path]!.kind === 'ok',
    }
  })
  const web = pairs.slice(human).filter(({ text }) => text !== '')
  return {
    training: [...pairs.slice(0, counts.human), ...web],
    watched: pairs.slice(counts.human, counts.human + counts.watched),
    heldOut: pairs.slice(counts.human + counts.watched, human),
  }
}
