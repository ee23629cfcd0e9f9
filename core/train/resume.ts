import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { loadCheckpoint, loadOptimiser, loadState, writeCheckpoint } from '../checkpoint/index.ts'
import { asFault, Fault } from '../contract/fault.ts'
import { download, type HostTensors, type Shape, type TrainableParameters } from '../model/index.ts'
import type { tf } from '../tensor/index.ts'
import { parseKnobs, type Knobs } from './knobs.ts'
import { optimiserTensors, type Optimiser } from './optimiser.ts'
import { stateTensors } from './state.ts'

/** All that a run needs to go on as if it had never stopped, beside weights and optimiser. */
const runState = z.object({
  /** Steps done. */
  step: z.number().int(),
  seed: z.number().int(),
  sampler: z.object({ seed: z.number(), epoch: z.number(), position: z.number() }),
  knobs: z.unknown().transform((knobs) => parseKnobs(knobs)),
  snapshot: z.string(),
  metrics: z.record(z.string(), z.number()),
  /** The best measurement on the held-out pairs so far, where the run watches it. */
  best: z
    .object({
      step: z.number().int(),
      value: z.number(),
      /** Measurements since then. */
      since: z.number().int(),
    })
    .nullable()
    .default(null),
})
export type RunState = z.infer<typeof runState>
export type Best = NonNullable<RunState['best']>

/** Where a run can go on. */
export interface ResumePoint {
  folder: string
  hash: string
  state: RunState
  tensors: HostTensors
  /** Null in the last checkpoint of a finished run. */
  optimiser: HostTensors | null
}

export interface SaveOptions {
  /** The run's folder; the checkpoint goes to <run>/checkpoints/step-N. */
  run: string
  name: string
  shape: Shape
  vocabulary: string[]
  parameters: TrainableParameters
  /** Left out in the last checkpoint: nothing follows it, and it would treble the size. */
  optimiser: Optimiser | null
  /** The system's own variables; saved with the optimiser. */
  variables: Record<string, tf.Variable>
  state: RunState
  parent: string | null
}

/** Writes a checkpoint and removes the oldest beyond `keepCheckpoints`. */
export async function saveProgress(options: SaveOptions): Promise<{ folder: string; hash: string }> {
  const { run, name, shape, vocabulary, parameters, optimiser, variables, state, parent } = options
  const folder = join(run, 'checkpoints', `step-${state.step}`)
  const { hash } = await writeCheckpoint(folder, {
    name,
    recipe: state.knobs,
    shape,
    vocabulary,
    step: state.step,
    parameters: await download(parameters),
    optimiser: optimiser ? await download({ ...optimiserTensors(optimiser), ...stateTensors(variables) }) : undefined,
    state,
    lineage: { run: basename(run), parent, snapshot: state.snapshot },
  })
  await prune(run, state.knobs.keepCheckpoints)
  return { folder, hash }
}

/**
 * The newest checkpoint of a run that verifies; damaged ones are passed over and reported. Null if there is none.
 */
export async function newestCheckpoint(run: string, onDamaged: (fault: Fault) => void): Promise<ResumePoint | null> {
  for (const step of (await steps(run)).reverse()) {
    const folder = join(run, 'checkpoints', `step-${step}`)
    try {
      return await load(folder)
    } catch (error) {
      onDamaged(asFault(error, folder))
    }
  }
  return null
}

/** @throws Fault `resume-mismatch` if a checkpoint comes from other data, another seed or other knobs. */
export function checkResumable(
  { folder, state }: ResumePoint,
  { snapshot, seed, knobs }: { snapshot: string; seed: number; knobs: Knobs },
): void {
  const differs = (what: string) =>
    new Fault('resume-mismatch', `The checkpoint was trained with another ${what}.`, { subject: folder })
  if (state.snapshot !== snapshot) throw differs('selection of pairs')
  if (state.seed !== seed) throw differs('seed')
  const changed = Object.keys(knobs).find((name) => state.knobs[name] !== knobs[name])
  if (changed) throw differs(changed)
}

async function load(folder: string): Promise<ResumePoint> {
  const { hash, tensors } = await loadCheckpoint(folder)
  const state = runState.safeParse(await loadState(folder))
  if (!state.success)
    throw new Fault('checkpoint-corrupt', 'The checkpoint does not say where its run stood.', { subject: folder })
  return { folder, hash, tensors, state: state.data, optimiser: await loadOptimiser(folder) }
}

async function steps(run: string): Promise<number[]> {
  const folder = join(run, 'checkpoints')
  if (!existsSync(folder)) return []
  const numbers = (await readdir(folder)).map((name) => /^step-(\d+)$/.exec(name)?.[1])
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

async function prune(run: string, keep: number): Promise<void> {
  const old = (await steps(run)).slice(0, -keep)
  for (const step of old) await rm(join(run, 'checkpoints', `step-${step}`), { recursive: true, force: true })
}
