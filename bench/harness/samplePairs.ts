import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { composeSample } from '../../core/exchange/sample/index.ts'
import type { SampleLine } from '../../core/exchange/sample/index.ts'

export interface SamplePair {
  sampleId: number
  path: string
  text: string
}

export interface SamplePairs {
  training: SamplePair[]
  /** Pictures whose captions all differ from each other, none of them in training. */
  heldOut: SamplePair[]
}

/** The trusted pairs of the sample, painted once into `folder`; the last `heldOut` of them are held out. */
export async function samplePairs(folder: string, counts: { training: number; heldOut: number }): Promise<SamplePairs> {
  const { human } = await composeSample(folder, {
    seed: 1,
    human: counts.training + counts.heldOut,
    web: 0,
    heldOut: 0,
  })
  const lines = readFileSync(human, 'utf8').trim().split('\n')
  const pairs = lines.map((line, sampleId) => {
    const { path, caption } = JSON.parse(line) as SampleLine
    return { sampleId, path: join(dirname(human), path), text: caption }
  })
  return { training: pairs.slice(0, counts.training), heldOut: pairs.slice(counts.training) }
}
