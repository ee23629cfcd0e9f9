import { z } from 'zod'
import { faultRecord } from './fault.ts'
import { query } from './pair.ts'

export const importSpec = z.object({
  kind: z.literal('import'),
  /** Folder, or a CSV, TSV, JSONL or COCO captions JSON file. */
  path: z.string(),
  format: z.enum(['auto', 'folder', 'csv', 'tsv', 'jsonl', 'coco']).default('auto'),
  /** Where relative picture paths start; the folder of `path` if left out. Pictures outside are refused. */
  root: z.string().optional(),
  pathColumn: z.string().optional(),
  captionColumn: z.string().optional(),
  source: z.enum(['web', 'human']).default('web'),
})

export const decoding = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('greedy') }),
  z.object({ kind: z.literal('beam'), beams: z.number().int().min(2).max(10).default(3) }),
  z.object({
    kind: z.literal('nucleus'),
    topP: z.number().gt(0).max(1).default(0.9),
    seed: z.number().int().default(1),
  }),
])
export type Decoding = z.infer<typeof decoding>

export const capfiltSpec = z.object({
  kind: z.literal('capfilt'),
  query,
  /** Hash of the checkpoint that writes captions; null to score only. */
  captioner: z.string().nullable(),
  /** Hash of the checkpoint that judges; null to caption only. */
  filter: z.string().nullable(),
  decoding: decoding.default({ kind: 'nucleus', topP: 0.9, seed: 1 }),
  prompt: z.string().default(''),
  minLength: z.number().int().min(0).default(5),
  maxLength: z.number().int().min(2).default(20),
  /** Caption only pictures that have no caption yet. */
  onlyMissing: z.boolean().default(false),
  batchSize: z.number().int().min(1).max(512).default(32),
})

export const trainSpec = z.object({
  kind: z.literal('train'),
  name: z.string().min(1).max(80),
  query,
  /** Name of a recipe in resources/recipes. */
  recipe: z.string(),
  /** Changed knobs of the recipe, by path, for instance { "steps": 200 }. */
  changes: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  /** Hash of the starting checkpoint; null starts from random weights of `shape`. */
  start: z.string().nullable(),
  shape: z.string().optional(),
  seed: z.number().int().default(1),
  /** Share of the pictures held out for the comparison before and after. */
  heldOut: z.number().min(0).max(0.5).default(0.1),
  /** Only checks whether the set-up can learn: one batch, over and over; nothing is held out and no checkpoint kept. */
  overfit: z.boolean().optional(),
})

export const evaluateSpec = z.object({
  kind: z.literal('evaluate'),
  /** Hash of the checkpoint that is measured. */
  checkpoint: z.string(),
  /** Pairs that are ranked against each other. */
  query,
})

export const profileSpec = z.object({
  kind: z.literal('profile'),
  /** Run whose step is timed operation by operation. */
  run: z.string(),
})

export const exportDatasetSpec = z.object({
  kind: z.literal('export-dataset'),
  query,
  format: z.enum(['sidecar', 'jsonl', 'csv', 'coco']),
  folder: z.string(),
  /** Copy pictures beside the captions, or refer to them where they are. Sidecar always copies. */
  copyPictures: z.boolean().default(true),
})

export const exportModelSpec = z.object({
  kind: z.literal('export-model'),
  checkpoint: z.string(),
  layout: z.enum(['retrieval', 'captioning']),
  folder: z.string(),
})

export const jobSpec = z.discriminatedUnion('kind', [
  importSpec,
  capfiltSpec,
  trainSpec,
  evaluateSpec,
  profileSpec,
  exportDatasetSpec,
  exportModelSpec,
])
export type JobSpec = z.infer<typeof jobSpec>
export type JobSpecInput = z.input<typeof jobSpec>
export type JobKind = JobSpec['kind']
export type SpecOf<K extends JobKind> = Extract<JobSpec, { kind: K }>

export const jobState = z.enum(['queued', 'running', 'finished', 'cancelled', 'failed'])

export const progress = z.object({
  stage: z.string(),
  /** Counted within the stage; never falls there. */
  done: z.number(),
  total: z.number().nullable(),
  /** Items or steps a second, over the last seconds. */
  rate: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** Items that could not be handled; each is recorded with its reason. */
  faults: z.number().int(),
})
export type Progress = z.infer<typeof progress>

export const job = z.object({
  id: z.string(),
  spec: jobSpec,
  state: jobState,
  progress: progress.nullable(),
  fault: faultRecord.nullable(),
  /** What it made: counts, a run, a folder. */
  result: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  resumable: z.boolean(),
})
export type Job = z.infer<typeof job>

const head = { job: z.string(), sequence: z.number().int(), at: z.string() }

/** Law: sequence rises by one; done never falls; total is fixed once known; one terminal event, the last. */
export const jobEvent = z.discriminatedUnion('kind', [
  z.object({ ...head, kind: z.literal('queued') }),
  z.object({ ...head, kind: z.literal('started'), resumed: z.boolean() }),
  z.object({ ...head, kind: z.literal('progress'), progress }),
  z.object({ ...head, kind: z.literal('metric'), step: z.number().int(), values: z.record(z.string(), z.number()) }),
  z.object({ ...head, kind: z.literal('checkpoint'), step: z.number().int(), checkpoint: z.string() }),
  z.object({
    ...head,
    kind: z.literal('finished'),
    result: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  }),
  z.object({ ...head, kind: z.literal('cancelled') }),
  z.object({ ...head, kind: z.literal('failed'), fault: faultRecord }),
])
export type JobEvent = z.infer<typeof jobEvent>

/** One item a job could not handle: a row of a file, a picture. */
export const itemFault = z.object({ subject: z.string(), fault: faultRecord })
