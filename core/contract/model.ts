import { z } from 'zod'
import { faultRecord } from './fault.ts'
import { jobState } from './job.ts'

export const checkpoint = z.object({
  hash: z.string(),
  name: z.string(),
  folder: z.string(),
  shape: z.string(),
  /** The kind of model; only "blip" captions and judges. */
  family: z.string(),
  parameters: z.number().int(),
  /** shipped with the program, made by a run of this project, or imported from a folder. */
  origin: z.enum(['shipped', 'run', 'imported']),
  run: z.string().nullable(),
  step: z.number().int().nullable(),
  createdAt: z.string(),
  fault: faultRecord.nullable(),
})
export type Checkpoint = z.infer<typeof checkpoint>

/** The sizes of a model, for a start from random weights. */
export const shape = z.object({
  name: z.string(),
  title: z.string(),
  family: z.string(),
  parameters: z.number().int(),
  imageSize: z.number().int(),
})
export type ModelShape = z.infer<typeof shape>

export const recipe = z.object({
  name: z.string(),
  title: z.string(),
  purpose: z.string(),
  /** The training system. */
  system: z.string(),
  /** The family of models that it trains: a start is of the same, or lends its picture encoder. */
  family: z.string(),
  /** Other families whose models can lend theirs. */
  lenders: z.array(z.string()),
  /** The shape of a start from random weights. */
  shape: z.string(),
  /** Knobs in order, each with its reason; made from the recipe file. */
  knobs: z.array(
    z.object({
      path: z.string(),
      value: z.union([z.number(), z.string(), z.boolean()]),
      reason: z.string(),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      choices: z.array(z.string()).optional(),
    }),
  ),
})
export type Recipe = z.infer<typeof recipe>

/** Held-out retrieval, shares from 0 to 1; `candidates` tells how hard it was. */
export const retrieval = z.object({
  imageToText: z.object({ r1: z.number(), r5: z.number(), r10: z.number() }),
  textToImage: z.object({ r1: z.number(), r5: z.number(), r10: z.number() }),
  candidates: z.number().int(),
})
export type Retrieval = z.infer<typeof retrieval>

export const comparedCaption = z.object({
  sampleId: z.number().int(),
  version: z.string(),
  reference: z.string(),
  before: z.string(),
  after: z.string(),
})

/** A loss that stands at a value which means that nothing is learned. */
export const notLearning = z.object({
  /** Names the explanation, for instance `itm-prior`. */
  code: z.string(),
  /** The loss, its telling value, and the step at which it was recognised. */
  report: z.string(),
  value: z.number(),
  step: z.number().int(),
})
export type NotLearning = z.infer<typeof notLearning>

/** What the overfit check found: whether each loss came down to the least that its targets allow. */
export const overfitVerdict = z.object({
  passed: z.boolean(),
  losses: z.array(
    z.object({
      name: z.string(),
      first: z.number(),
      /** Mean of the last steps. */
      last: z.number(),
      floor: z.number(),
      reached: z.boolean(),
    }),
  ),
})
export type OverfitVerdict = z.infer<typeof overfitVerdict>

export const run = z.object({
  id: z.string(),
  job: z.string(),
  name: z.string(),
  recipe: z.string(),
  /** Every knob as it was used. */
  knobs: z.record(z.string(), z.unknown()),
  start: z.string().nullable(),
  shape: z.string(),
  snapshot: z.string(),
  query: z.string(),
  pairs: z.number().int(),
  heldOutPairs: z.number().int(),
  state: jobState,
  step: z.number().int(),
  steps: z.number().int(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  checkpoint: z.string().nullable(),
  fault: faultRecord.nullable(),
  /** As it stands now; nothing while all is well. */
  notLearning: notLearning.nullish(),
  /** For an overfit check that has come to its end. */
  overfit: overfitVerdict.nullish(),
})
export type Run = z.infer<typeof run>

export const runEvaluation = z.object({
  retrievalBefore: retrieval.nullable(),
  retrievalAfter: retrieval.nullable(),
  captions: z.array(comparedCaption),
})

/** The first pairs of a run as the model was given them: augmented pictures in a grid, and captions from their tokens. */
export const runInputs = z.object({
  /** Steps that had been done before. */
  step: z.number().int(),
  /** Pixels of a picture's side, and pictures in a row of the grid. */
  size: z.number().int(),
  columns: z.number().int(),
  captions: z.array(z.string()),
})
export type RunInputs = z.infer<typeof runInputs>

export const runDetail = run.extend({
  /** One row a logged step: step, then a value for each name. */
  curves: z.object({ names: z.array(z.string()), rows: z.array(z.array(z.number().nullable())) }),
  log: z.array(z.object({ at: z.string(), text: z.string() })),
  evaluation: runEvaluation.nullable(),
  /** Steps at which the run drew a grid of pictures, rising; for systems that draw. */
  pictures: z.array(z.number().int()).optional(),
  inputs: runInputs.nullish(),
})
export type RunDetail = z.infer<typeof runDetail>

/** Memory that a run needs, in bytes, estimated for captions of the longest length. */
export const memoryPlan = z.object({
  /** 'CPU', or the model of the GPU that computes. */
  device: z.string(),
  /** Why a GPU that is there isn't used; null where it is, or where there is none. */
  fault: faultRecord.nullable(),
  /** What the device has left for a run; null where that isn't known. */
  availableBytes: z.number().nullable(),
  totalBytes: z.number(),
  parameters: z.number(),
  /** Both moments of AdamW. */
  moments: z.number(),
  gradients: z.number(),
  /** Of the whole batch. */
  activations: z.number(),
  /** What one more pair in the batch costs. */
  perPair: z.number(),
  workspace: z.number(),
  runtime: z.number(),
  /** Largest batch that fits; 0 where none does, null where it isn't known what is left. */
  largestBatch: z.number().int().nullable(),
})
export type MemoryPlan = z.infer<typeof memoryPlan>

/** What would stop or spoil a run; a problem blocks, a warning doesn't. */
export const preflight = z.object({
  pairs: z.number().int(),
  pictures: z.number().int(),
  heldOutPairs: z.number().int(),
  unreadable: z.number().int(),
  emptyCaptions: z.number().int(),
  steps: z.number().int(),
  memoryBytes: z.number(),
  /** Null where the shape or the knobs aren't known. */
  memory: memoryPlan.nullable(),
  problems: z.array(faultRecord),
  warnings: z.array(faultRecord),
})
export type Preflight = z.infer<typeof preflight>
