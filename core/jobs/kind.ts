import type { FaultRecord, JobKind, SpecOf } from '../contract/index.ts'
import type { JobResult } from './law.ts'

/** What a running job may say and ask. */
export interface JobContext {
  job: string
  /** Aborted when the job is cancelled or the engine stops; the job throws signal.reason soon after. */
  signal: AbortSignal
  resumed: boolean
  progress(stage: string, done: number, total: number | null): void
  metric(step: number, values: Record<string, number>): void
  checkpoint(step: number, hash: string): void
  /** Records an item that could not be handled; the job goes on. */
  itemFault(subject: string, fault: FaultRecord): void
  /** Counts the recorded item faults anew, where another room has recorded them. */
  countFaults(): void
}

/** Where a job waits for its turn: one worker job at a time, files beside it. */
export type Lane = 'worker' | 'files'

/** One kind of long work. */
export interface Kind<K extends JobKind> {
  lane: Lane
  /** Throws a Fault for everything that can be known to fail before the job gets an id. */
  validate(spec: SpecOf<K>): void | Promise<void>
  /** Does the work; after a cancel or a crash it is called again with `resumed` and goes on where it was. */
  run(spec: SpecOf<K>, context: JobContext): Promise<JobResult>
}

export type Kinds = { [K in JobKind]: Kind<K> }
