import type {
  Decoding,
  FaultRecord,
  NotLearning,
  OperationTimes,
  OverfitVerdict,
  ProfileSpan,
} from '../contract/index.ts'

/** One pair as a worker sees it. Lines of a snapshot file have this form, too. */
export interface WorkPair {
  sampleId: number
  captionId: number
  /** Absolute path of the picture. */
  path: string
  text: string
}

/** A line of snapshots/<hash>.jsonl. */
export interface SnapshotPair extends WorkPair {
  split: 'train' | 'held-out'
}

/** A picture to caption and score: its captions that have text, perhaps none. */
export interface WorkPicture {
  sampleId: number
  path: string
  captions: { captionId: number; text: string }[]
  /** Write a synthetic caption for it. */
  write: boolean
}

export interface TrainTask {
  kind: 'train'
  /** Folder of the run; checkpoints go to <folder>/checkpoints/step-N. */
  folder: string
  snapshot: string
  /** Folder for what can be made again: decoded pictures, kept from run to run. */
  cache: string
  /** Every knob of the recipe, changes applied. */
  knobs: Record<string, unknown>
  /** Folder of the starting checkpoint, or null for random weights of `shape`. */
  start: string | null
  shape: string
  seed: number
  /** Continue from the newest checkpoint in `folder` that verifies. */
  resume: boolean
  /** Check whether one batch can be learned by heart, instead of training; `knobs` are those of the check. */
  overfit?: boolean
}

export interface CapfiltTask {
  kind: 'capfilt'
  captioner: string | null
  filter: string | null
  decoding: Decoding
  prompt: string
  minLength: number
  maxLength: number
  batchSize: number
  /** Compile the programs: worth its seconds for many pictures. */
  compile?: boolean
}

export interface EvaluateTask {
  kind: 'evaluate'
  /** Folder of the checkpoint that is measured. */
  checkpoint: string
  /** File whose lines are SnapshotPairs; all of them are ranked against each other. */
  pairs: string
}

/** Times one step of a run operation by operation; weights are only read. */
export interface ProfileTask extends Omit<TrainTask, 'kind' | 'resume'> {
  kind: 'profile'
}

export type Task = TrainTask | CapfiltTask | EvaluateTask | ProfileTask

export interface PictureResult {
  sampleId: number
  /** The synthetic caption, where one was written. */
  written: { text: string; itm: number | null; itc: number | null } | null
  scores: { captionId: number; itm: number; itc: number }[]
}

/** Engine to worker. The first message is the task; a capfilt worker then asks for pictures with `want`. */
export type ToWorker =
  | { kind: 'task'; task: Task }
  | { kind: 'pictures'; pictures: WorkPicture[] } // none left: an empty list
  | { kind: 'cancel' }

/**
 * Worker to engine. Exactly one of finished, cancelled, failed comes last. An evaluate task reports
 * one `evaluation` ('after') before it finishes, a profile task `operations`. A worker whose channel is cut must exit.
 */
export type FromWorker =
  | { kind: 'want' }
  | { kind: 'results'; results: PictureResult[] }
  | { kind: 'item-fault'; subject: string; fault: FaultRecord }
  | { kind: 'stage'; stage: string; done: number; total: number | null }
  | { kind: 'metric'; step: number; values: Record<string, number> }
  | { kind: 'not-learning'; sign: NotLearning | null }
  | { kind: 'overfit'; verdict: OverfitVerdict }
  | { kind: 'log'; text: string }
  | { kind: 'profile'; span: ProfileSpan }
  | { kind: 'operations'; times: OperationTimes }
  | { kind: 'checkpoint'; step: number; folder: string }
  | {
      kind: 'evaluation'
      when: 'before' | 'after'
      retrieval: unknown
      captions: { sampleId: number; reference: string; caption: string }[]
    }
  | { kind: 'finished'; result: Record<string, string | number | null> }
  | { kind: 'cancelled' }
  | { kind: 'failed'; fault: FaultRecord }
