import { Fault, retrieval } from '../../contract/index.ts'
import { describeSelection, freezeSnapshot } from '../../curate/index.ts'
import { usableCheckpoint } from '../checkpoints.ts'
import type { Kind } from '../kind.ts'
import type { JobResult } from '../law.ts'
import { checkRuntime } from '../runtime.ts'
import { runInWorker } from '../worker-host.ts'
import type { Workshop } from './index.ts'

const all = { heldOut: 0, seed: 1 }

/** Measures retrieval of a checkpoint on the pairs of a query. */
export function evaluateKind({ project, worker }: Workshop): Kind<'evaluate'> {
  return {
    lane: 'worker',
    async validate(spec) {
      await usableCheckpoint(project, spec.checkpoint)
      if (describeSelection(project, spec.query, all).pairs < 2)
        throw new Fault('no-pairs', 'Ranking needs at least two usable pairs.', { subject: spec.query.text })
      checkRuntime()
    },
    async run(spec, { signal, progress, itemFault }) {
      const { folder } = await usableCheckpoint(project, spec.checkpoint)
      const snapshot = await freezeSnapshot(project, spec.query, all)
      let measured: JobResult | null = null
      const task = { kind: 'evaluate', checkpoint: folder, pairs: snapshot.path } as const
      await runInWorker(task, {
        ...worker,
        signal,
        onMessage(message) {
          if (message.kind === 'stage') progress(message.stage, message.done, message.total)
          else if (message.kind === 'item-fault') itemFault(message.subject, message.fault)
          else if (message.kind === 'evaluation') measured = flat(message.retrieval)
        },
      })
      if (!measured) throw new Fault('unexpected', 'The worker ended without a measurement.')
      return { checkpoint: spec.checkpoint, snapshot: snapshot.hash, ...(measured as JobResult) }
    },
  }
}

/** Retrieval as flat numbers: imageToTextR1 and so on. */
export function flat(value: unknown): JobResult {
  const { imageToText, textToImage, candidates } = retrieval.parse(value)
  const named = (prefix: string, { r1, r5, r10 }: typeof imageToText) => ({
    [`${prefix}R1`]: r1,
    [`${prefix}R5`]: r5,
    [`${prefix}R10`]: r10,
  })
  return { candidates, ...named('imageToText', imageToText), ...named('textToImage', textToImage) }
}
