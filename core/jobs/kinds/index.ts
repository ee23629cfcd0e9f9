import type { Project } from '../../store/project.ts'
import type { Kinds } from '../kind.ts'
import { capfiltKind } from './capfilt.ts'
import { evaluateKind } from './evaluate.ts'
import { exportDatasetKind, exportModelKind } from './export.ts'
import { importKind } from './import.ts'
import { profileKind } from './profile.ts'
import { trainKind } from './train.ts'

/** How workers are started. */
export interface WorkerSettings {
  /** Another program than core/jobs/worker.ts, for tests. */
  program?: string
  environment?: Record<string, string>
  onStderr?: (text: string) => void
  onSpawn?: (pid: number) => void
}

/** What every kind of job works on. */
export interface Workshop {
  project: Project
  worker: WorkerSettings
  /** Told when a job has changed what open views show. */
  changed: (what: 'pairs' | 'runs' | 'checkpoints' | 'history') => void
}

/** All kinds of long work on one project. */
export function createKinds(shop: Workshop): Kinds {
  return {
    import: importKind(shop),
    capfilt: capfiltKind(shop),
    train: trainKind(shop),
    evaluate: evaluateKind(shop),
    profile: profileKind(shop),
    'export-dataset': exportDatasetKind(shop),
    'export-model': exportModelKind(shop),
  }
}
