import { runJob } from '../follow.ts'
import { queryOf } from '../options.ts'
import type { Output } from '../output.ts'
import type { Client } from '../session.ts'
import { trainOn } from './models.ts'
import type { Queries } from './pairs.ts'
import { round } from './stages.ts'

const measures = ['i2tR1', 't2iR1', 'i2tR5', 't2iR5', 'i2tR10', 't2iR10'] as const
type Measures = Record<(typeof measures)[number], number>

/** Retrieval of one arm: means over both held-out sets, and each set alone. */
export interface ArmResult extends Measures {
  arm: string
  pairs: number
  steps: number
  checkpoint: string
  combo: Measures
  vendor: Measures
}

export interface ArmOrder {
  arm: string
  query: string
  steps: number
  start: string | null
  seed: number
}

/** Trains one arm and measures it on the new combinations and on the unseen vendor's drawings. */
export async function runArm(
  client: Client,
  { arm, query, steps, start, seed }: ArmOrder,
  queries: Queries,
  output: Output,
): Promise<ArmResult> {
  const { checkpoint, pairs } = await trainOn(
    client,
    { name: `arm: ${arm}`, query, recipe: 'finetune', steps, start, seed },
    output,
  )
  const combo = await measure(client, checkpoint, queries.combo, output)
  const vendor = await measure(client, checkpoint, queries.vendor, output)
  const means = Object.fromEntries(
    measures.map((name) => [name, round((combo[name] + vendor[name]) / 2, 4)]),
  ) as Measures
  return { arm, pairs, steps, checkpoint, ...means, combo, vendor }
}

async function measure(client: Client, checkpoint: string, query: string, output: Output): Promise<Measures> {
  const { result } = await runJob(client, { kind: 'evaluate', checkpoint, query: queryOf(query) }, output)
  const number = (name: string) => round(Number(result![name]), 4)
  return {
    i2tR1: number('imageToTextR1'),
    t2iR1: number('textToImageR1'),
    i2tR5: number('imageToTextR5'),
    t2iR5: number('textToImageR5'),
    i2tR10: number('imageToTextR10'),
    t2iR10: number('textToImageR10'),
  }
}

/** The better of some arms by R@1 both ways. */
export function best(arms: ArmResult[]): ArmResult {
  return arms.reduce((first, second) => (second.i2tR1 + second.t2iR1 > first.i2tR1 + first.t2iR1 ? second : first))
}
