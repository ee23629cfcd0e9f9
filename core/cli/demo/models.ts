import type { Job } from '../../contract/index.ts'
import { runJob } from '../follow.ts'
import { queryOf } from '../options.ts'
import type { Output } from '../output.ts'
import type { Client } from '../session.ts'
import type { Queries } from './pairs.ts'

/** What the demo is made with: smaller for a quick look, which then says nothing about quality. */
export interface Size {
  human: number
  web: number
  heldOut: number
  pretrain: number
  captioner: number
  filter: number
  arm: number
}

export const sizes: Record<'full' | 'quick', Size> = {
  full: { human: 400, web: 4000, heldOut: 400, pretrain: 450, captioner: 250, filter: 150, arm: 300 },
  quick: { human: 96, web: 200, heldOut: 50, pretrain: 10, captioner: 5, filter: 5, arm: 10 },
}

/** Checkpoints that come with the program: one that has seen pictures but no captions, and one that captions and judges. */
const shippedNames = { start: 'tiny-start', both: 'tiny' }
const shape = 'tiny'

export interface Models {
  /** Where each arm starts: hash, or null for random weights. */
  start: string | null
  captioner: string
  filter: string
  /** How they came to be. */
  shipped: boolean
}

export interface TrainOrder {
  name: string
  query: string
  recipe: string
  steps: number
  start: string | null
  seed: number
}

/** Trains without holding anything out: the demo has held-out sets of its own. Returns the checkpoint's hash. */
export async function trainOn(
  client: Client,
  { name, query, recipe, steps, start, seed }: TrainOrder,
  output: Output,
): Promise<{ checkpoint: string; pairs: number }> {
  const warmupSteps = Math.min(30, Math.floor(steps / 10))
  const changes = {
    steps,
    warmupSteps,
    checkpointEvery: 0,
    ...(recipe === 'pretrain' && { itmFrom: Math.floor(steps / 2) }),
  }
  const job: Job = await runJob(
    client,
    {
      kind: 'train',
      name,
      query: queryOf(query),
      recipe,
      changes,
      start,
      shape: start === null ? shape : undefined,
      seed,
      heldOut: 0,
    },
    output,
  )
  const { pairs } = await client.runs.get({ run: String(job.result!['run']) })
  return { checkpoint: String(job.result!['checkpoint']), pairs }
}

/** The shipped captioner and filter, or ones trained here on the trusted pairs after a start on all pairs. */
export async function modelsFor(
  client: Client,
  queries: Queries,
  size: Size,
  seed: number,
  output: Output,
): Promise<Models> {
  const known = await client.models.checkpoints()
  const shipped = (name: string) =>
    known.find((checkpoint) => checkpoint.origin === 'shipped' && checkpoint.name === name)?.hash ?? null
  const start = shipped(shippedNames.start)
  const both = shipped(shippedNames.both)
  if (both) return { start, captioner: both, filter: both, shipped: true }
  output.note('No shipped captioner and filter: training them on the trusted pairs.')
  const train = async (order: Omit<TrainOrder, 'seed'>) =>
    (await trainOn(client, { ...order, seed }, output)).checkpoint
  const base = await train({ name: 'base', query: queries.arms.raw, recipe: 'pretrain', steps: size.pretrain, start })
  return {
    start,
    captioner: await train({
      name: 'captioner',
      query: queries.learning,
      recipe: 'captioner',
      steps: size.captioner,
      start: base,
    }),
    filter: await train({ name: 'filter', query: queries.learning, recipe: 'filter', steps: size.filter, start: base }),
    shipped: false,
  }
}
