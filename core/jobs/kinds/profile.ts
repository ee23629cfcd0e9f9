import { Fault, type SpecOf } from '../../contract/index.ts'
import { writeOperations } from '../../store/profiles.ts'
import type { Project } from '../../store/project.ts'
import { getRun } from '../../store/runs.ts'
import { usableCheckpoint } from '../checkpoints.ts'
import type { Kind } from '../kind.ts'
import type { ProfileTask } from '../protocol.ts'
import { checkRuntime } from '../runtime.ts'
import { runInWorker } from '../worker-host.ts'
import type { Workshop } from './index.ts'
import { cacheFolder, runFolder, snapshotPath } from './train.ts'

/** Times the operations of one step of a run, in a worker of its own, and keeps them with the run's profile. */
export function profileKind({ project, worker, changed }: Workshop): Kind<'profile'> {
  return {
    lane: 'worker',
    async validate(spec) {
      await taskOf(project, spec)
      checkRuntime()
    },
    async run(spec, { signal, progress, itemFault }) {
      const { job } = getRun(project, spec.run)
      let operations: number | null = null
      await runInWorker(await taskOf(project, spec), {
        ...worker,
        signal,
        onMessage(message) {
          if (message.kind === 'stage') progress(message.stage, message.done, message.total)
          else if (message.kind === 'item-fault') itemFault(message.subject, message.fault)
          else if (message.kind === 'operations') {
            writeOperations(project, job, message.times)
            operations = message.times.calls
          }
        },
      })
      if (operations === null) throw new Fault('unexpected', 'The worker ended without a measurement.')
      changed('runs')
      return { run: spec.run, operations }
    },
  }
}

/** @throws Fault `not-found` for an unknown run, and those of a checkpoint that can't be used */
async function taskOf(project: Project, { run: id }: SpecOf<'profile'>): Promise<ProfileTask> {
  const run = getRun(project, id)
  return {
    kind: 'profile',
    folder: runFolder(project, run),
    snapshot: snapshotPath(project, run),
    cache: cacheFolder(project),
    knobs: run.knobs,
    start: run.start === null ? null : (await usableCheckpoint(project, run.start)).folder,
    shape: run.shape,
    seed: 1,
  }
}
