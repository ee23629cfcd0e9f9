import type { ByActivity, Run } from '../../core/contract/index.ts'
import { insertJob, updateJob } from '../../core/store/jobs.ts'
import { appendSpan, writeOperations } from '../../core/store/profiles.ts'
import { openProject } from '../../core/store/project.ts'
import { appendMetrics, insertRun } from '../../core/store/runs.ts'

const at = new Date(Date.UTC(2026, 0, 2, 10)).toISOString()
const spec = {
  kind: 'train',
  name: 'a',
  query: { text: '', sort: { by: 'order', direction: 'ascending' } },
  recipe: 'finetune',
  changes: {},
  start: null,
  seed: 1,
  heldOut: 0.1,
} as const
const run: Run = {
  id: 'measured',
  job: 'measured',
  name: 'kept captions',
  recipe: 'finetune',
  knobs: { steps: 400, batchSize: 32, compile: false, checkpointEvery: 25 },
  start: null,
  shape: 'tiny',
  snapshot: '5c41d0a2',
  query: '',
  pairs: 3200,
  heldOutPairs: 320,
  state: 'finished',
  step: 400,
  steps: 400,
  createdAt: at,
  endedAt: at,
  checkpoint: null,
  fault: null,
}

/** Adds two finished runs to a closed project: a measured one that waits, saves often and has busy neighbours, and one of before. */
export function addMeasuredRuns(folder: string): void {
  const project = openProject(folder)
  try {
    for (const id of ['measured', 'old']) {
      insertJob(project, { id, spec: { ...spec, name: id } })
      updateJob(project, id, { state: 'finished', startedAt: at, endedAt: at })
    }
    insertRun(project, { ...run, id: 'old', job: 'old', name: 'from before', createdAt: '2025-11-02T10:00:00.000Z' })
    insertRun(project, run)
    for (let step = 0; step < 200; step++) {
      appendMetrics(project, run.id, step + 1, { loss: 3 / (1 + step / 20), pairsPerSecond: 40 })
      appendSpan(project, run.job, { ...span, done: 2 * (step + 1), seconds: secondsAt(step) })
    }
    writeOperations(project, run.job, operations)
  } finally {
    project.close()
  }
}

const span = {
  steps: 2,
  cpuSeconds: 1.9,
  machineSeconds: 3.4,
  cores: 4,
  device: 'CPU',
  memoryBytes: 1.9e9,
  peakBytes: 2.3e9,
}

function secondsAt(step: number): ByActivity {
  const wait = 0.3 / (1 + step / 60)
  const checkpoint = step % 12 === 11 ? 1.4 : 0
  const evaluate = step === 0 || step === 199 ? 9 : 0
  const prepare = step === 0 ? 8 : 0
  return { prepare, wait, upload: 0.004, compute: 1 - wait, download: 0.001, checkpoint, evaluate, other: 0.006 }
}

const operations = {
  at,
  runtime: 'libtensorflow 2.21.0',
  batchSize: 32,
  stepMilliseconds: 812,
  milliseconds: 781,
  calls: 2431,
  top: [
    { name: '_FusedMatMul', calls: 210, milliseconds: 402, share: 0.515 },
    { name: 'BatchMatMulV2', calls: 96, milliseconds: 160, share: 0.205 },
    { name: 'SparseSoftmaxCrossEntropyWithLogits', calls: 1, milliseconds: 71.25, share: 0.091 },
    { name: 'Mul', calls: 1640, milliseconds: 0.412, share: 0.0005 },
  ],
}
