import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asFault, Fault, faultFrom, retrieval, type Run, type RunDetail, type SpecOf } from '../../contract/index.ts'
import { freezeSnapshot } from '../../curate/index.ts'
import {
  appendLog,
  appendMetrics,
  insertRun,
  listRuns,
  readEvaluation,
  updateRun,
  writeEvaluation,
} from '../../store/runs.ts'
import { appendSpan } from '../../store/profiles.ts'
import type { Project } from '../../store/project.ts'
import { sampleById, versionOf } from '../../store/samples.ts'
import { hashOf, registerCheckpoint, usableCheckpoint } from '../checkpoints.ts'
import type { JobContext, Kind } from '../kind.ts'
import { every } from '../pace.ts'
import { heldOutOf, knobsFor, preflight, startingShape } from '../preflight.ts'
import type { FromWorker, TrainTask } from '../protocol.ts'
import { runInWorker } from '../worker-host.ts'
import type { Workshop } from './index.ts'

type Spec = SpecOf<'train'>

/** Fine-tunes on a frozen selection; a run that is gone on with keeps its snapshot, its seed and its last checkpoint. */
export function trainKind(shop: Workshop): Kind<'train'> {
  const { project } = shop
  return {
    lane: 'worker',
    async validate(spec) {
      const problem = (await preflight(project, spec)).problems[0]
      if (problem) throw faultFrom(problem)
    },
    async run(spec, context) {
      const run = findRun(project, context.job) ?? (await openRun(project, spec, context.job))
      updateRun(project, run.id, { state: 'running', fault: null, endedAt: null })
      shop.changed('runs')
      const ledger = createLedger(shop, run, context)
      try {
        const outcome = await runInWorker(await taskOf(project, spec, run, context.resumed), {
          ...shop.worker,
          signal: context.signal,
          onMessage: ledger.take,
        })
        const checkpoint = await ledger.settle()
        if (!checkpoint && !spec.overfit) throw new Fault('unexpected', 'The worker ended without a checkpoint.')
        updateRun(project, run.id, { state: 'finished', endedAt: new Date().toISOString() })
        return { run: run.id, checkpoint, steps: run.steps, ...(spec.overfit && outcome) }
      } catch (error) {
        await ledger.settle().catch(() => null)
        const outcome = context.signal.aborted
          ? ({ state: 'cancelled' } as const)
          : ({ state: 'failed', fault: asFault(error).toJSON() } as const)
        updateRun(project, run.id, { ...outcome, endedAt: new Date().toISOString() })
        throw error
      } finally {
        shop.changed('runs')
      }
    },
  }
}

const findRun = (project: Project, job: string): Run | undefined => listRuns(project).find((run) => run.job === job)

async function openRun(project: Project, spec: Spec, job: string): Promise<Run> {
  const snapshot = await freezeSnapshot(project, spec.query, { heldOut: heldOutOf(spec), seed: spec.seed })
  const knobs = knobsFor(spec)
  const shape = await startingShape(project, spec)
  const run: Run = {
    id: randomUUID(),
    job,
    name: spec.name,
    recipe: spec.recipe,
    knobs,
    start: spec.start,
    shape: shape.name,
    snapshot: snapshot.hash,
    query: spec.query.text,
    pairs: snapshot.pairs,
    heldOutPairs: snapshot.heldOutPairs,
    state: 'queued',
    step: 0,
    steps: knobs.steps,
    createdAt: new Date().toISOString(),
    endedAt: null,
    checkpoint: null,
    fault: null,
  }
  await mkdir(runFolder(project, run), { recursive: true })
  insertRun(project, run)
  return run
}

export const runFolder = (project: Project, run: Run): string => join(project.folder, 'runs', run.id)
export const snapshotPath = (project: Project, run: Run): string =>
  join(project.folder, 'snapshots', `${run.snapshot}.jsonl`)

/** Holds what can be made again at any time. */
export const cacheFolder = (project: Project): string => join(project.folder, 'cache')

async function taskOf(project: Project, spec: Spec, run: Run, resume: boolean): Promise<TrainTask> {
  const start = run.start === null ? null : (await usableCheckpoint(project, run.start)).folder
  return {
    kind: 'train',
    folder: runFolder(project, run),
    snapshot: snapshotPath(project, run),
    cache: cacheFolder(project),
    knobs: run.knobs,
    start,
    shape: run.shape,
    seed: spec.seed,
    resume,
    overfit: spec.overfit ?? false,
  }
}

/** Keeps what the worker reports. */
function createLedger({ project, changed }: Workshop, run: Run, context: JobContext) {
  const tell = every(1000, () => changed('runs'))
  let newest: string | null = null
  let told = Promise.resolve()

  /** Tells of a checkpoint; the run's older ones are deleted as new ones come, so only the last is listed among the models. */
  async function tellOf(folder: string, step: number) {
    const hash = await hashOf(folder)
    updateRun(project, run.id, { checkpoint: hash })
    context.checkpoint(step, hash)
  }

  async function settle(): Promise<string | null> {
    await told
    // A run that is gone on with after its last step has nothing new to tell.
    const folder = newest ?? (await newestFolder(runFolder(project, run)))
    if (folder === null) return null
    const { hash } = await registerCheckpoint(project, folder, 'run', run.name, run.id)
    changed('checkpoints')
    return hash
  }

  function take(message: FromWorker) {
    switch (message.kind) {
      case 'stage':
        if (message.stage === 'train') updateRun(project, run.id, { step: message.done })
        context.progress(message.stage, message.done, message.total)
        return tell()
      case 'metric':
        appendMetrics(project, run.id, message.step, message.values)
        return context.metric(message.step, message.values)
      case 'profile':
        return appendSpan(project, context.job, message.span)
      case 'not-learning':
        updateRun(project, run.id, { notLearning: message.sign })
        return tell()
      case 'overfit':
        updateRun(project, run.id, { overfit: message.verdict })
        return tell()
      case 'log':
        return appendLog(project, run.id, message.text)
      case 'checkpoint':
        newest = message.folder
        // A checkpoint that was deleted again before it could be read is no loss.
        told = told.then(() => tellOf(message.folder, message.step)).catch(() => {})
        return
      case 'evaluation':
        writeEvaluation(project, run.id, merged(project, readEvaluation(project, run.id), message))
        return tell()
      case 'item-fault':
        return context.itemFault(message.subject, message.fault)
    }
  }
  return { take, settle }
}

/** Folder of the last step that was saved. */
async function newestFolder(runFolder: string): Promise<string | null> {
  const folder = join(runFolder, 'checkpoints')
  const names = await readdir(folder).catch(() => [])
  const steps = names.flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  return steps.length > 0 ? join(folder, `step-${Math.max(...steps)}`) : null
}

type Evaluation = NonNullable<RunDetail['evaluation']>

/** The evaluation with one half renewed; captions of both halves meet by picture. */
function merged(
  project: Project,
  known: Evaluation | null,
  message: Extract<FromWorker, { kind: 'evaluation' }>,
): Evaluation {
  const measured = message.retrieval === null ? null : retrieval.parse(message.retrieval)
  const captions = new Map((known?.captions ?? []).map((caption) => [caption.sampleId, caption]))
  for (const { sampleId, reference, caption } of message.captions) {
    const other = captions.get(sampleId) ?? {
      sampleId,
      version: versionOfSample(project, sampleId),
      reference,
      before: '',
      after: '',
    }
    captions.set(sampleId, { ...other, [message.when]: caption })
  }
  const half = message.when === 'before' ? { retrievalBefore: measured } : { retrievalAfter: measured }
  return { retrievalBefore: null, retrievalAfter: null, ...known, ...half, captions: [...captions.values()] }
}

function versionOfSample(project: Project, id: number): string {
  const sample = sampleById(project.db, id)
  return sample ? versionOf(sample) : ''
}
