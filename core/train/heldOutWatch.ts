import { basename, join } from 'node:path'
import { loadCheckpoint, writeCheckpoint } from '../checkpoint/index.ts'
import { download } from '../model/index.ts'
import { tf } from '../tensor/index.ts'
import type { TrainOptions } from './loop.ts'
import type { Best, RunState } from './resume.ts'

type Watched = Pick<
  TrainOptions,
  | 'folder'
  | 'name'
  | 'shape'
  | 'vocabulary'
  | 'parameters'
  | 'knobs'
  | 'snapshot'
  | 'seed'
  | 'parent'
  | 'measure'
  | 'report'
>

/**
 * Measures a run on its held-out pairs now and then; with `patience`, keeps the best weights in <run>/best and says when no better ones
 * have come for long enough. On few pairs the training loss goes on falling after the model has become worse.
 */
export function createHeldOutWatch(options: Watched, from: Best | null) {
  const { knobs, measure, report } = options
  const { evaluateEvery, patience } = knobs
  const folder = join(options.folder, 'best')
  let best = from

  const due = (step: number) => measure !== undefined && evaluateEvery > 0 && step % evaluateEvery === 0
  const ended = () => patience > 0 && best !== null && best.since >= patience

  /** Measures, and keeps the weights if they are the best so far. @returns the measurement */
  async function look(step: number, { sampler, metrics }: Pick<RunState, 'sampler' | 'metrics'>): Promise<number> {
    const value = await measure!()
    if (patience === 0) return value
    if (best !== null && value <= best.value) best = { ...best, since: best.since + 1 }
    else {
      best = { step, value, since: 0 }
      const { name, shape, vocabulary, seed, snapshot, parent } = options
      await writeCheckpoint(folder, {
        name,
        recipe: knobs,
        shape,
        vocabulary,
        step,
        parameters: await download(options.parameters),
        state: { step, seed, sampler, knobs, snapshot, metrics, best },
        lineage: { run: basename(options.folder), parent, snapshot },
      })
    }
    return value
  }

  /** The best weights as the run's result, on the device too: whoever measures the run measures those. */
  async function outcome() {
    const { hash, tensors } = await loadCheckpoint(folder)
    for (const [name, { shape, data }] of Object.entries(tensors))
      tf.tidy(() => options.parameters[name]!.assign(tf.tensor(data, shape)))
    report.checkpoint(best!.step, folder)
    report.log(
      `Keeps the weights after step ${best!.step}, the best on the held-out pairs (${best!.value.toFixed(3)}).`,
    )
    return { step: best!.step, checkpoint: { folder, hash } }
  }

  return { due, ended, look, outcome, best: () => best }
}
