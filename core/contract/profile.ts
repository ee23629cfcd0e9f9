import { z } from 'zod'
import { activities } from './activities.ts'

export const activity = z.enum(activities)
export type Activity = z.infer<typeof activity>
export type ByActivity = Record<Activity, number>
const byActivity = z.record(activity, z.number())

/** A stretch of a worker's life as the worker measured it. Seconds are of the wall unless they are called otherwise. */
export interface ProfileSpan {
  /** Steps or pictures done at its end. */
  done: number
  /** Steps or pictures done in it. */
  steps: number
  seconds: ByActivity
  /** Processor time of the worker, all its threads. */
  cpuSeconds: number
  /** Processor time of everything on the machine, the worker included. */
  machineSeconds: number
  cores: number
  /** 'CPU', or the model of the accelerator that computes. */
  device: string
  /** Resident memory of the process (not of an accelerator) at its end, and the most since it started. */
  memoryBytes: number
  peakBytes: number
}

/** One kind of operation of a step that was run operation by operation. */
export const operationTime = z.object({
  name: z.string(),
  calls: z.number().int(),
  milliseconds: z.number(),
  /** Share of the time of all operations, 0 to 1. */
  share: z.number(),
})
export type OperationTime = z.infer<typeof operationTime>

export const operationTimes = z.object({
  at: z.string(),
  /** What ran it, for instance 'libtensorflow 2.21.0'. */
  runtime: z.string(),
  batchSize: z.number().int(),
  /** Wall time of the step, and what of it was spent inside of operations. */
  stepMilliseconds: z.number(),
  milliseconds: z.number(),
  calls: z.number().int(),
  /** From the dearest down; the rest is left out. */
  top: z.array(operationTime),
})
export type OperationTimes = z.infer<typeof operationTimes>

/** What a profile can advise; the words are the window's. */
export const adviceCodes = [
  'wait-first-epoch',
  'wait-decoding',
  'wait-pictures',
  'checkpoint-often',
  'evaluate-long',
  'prepare-long',
  'transfer-long',
  'batch-small',
  'compile-off',
  'machine-busy',
  'cores-idle',
  'memory-short',
  'compute-bound',
] as const
export const advice = z.object({
  code: z.enum(adviceCodes),
  /** Names end in their unit where they have one: share (0 to 1), seconds, milliseconds, bytes, megapixels; else counts. */
  values: z.record(z.string(), z.number()),
})
export type Advice = z.infer<typeof advice>

/** Where the time of a job went. */
export const jobProfile = z.object({
  /** Measured time in all, of all attempts. */
  seconds: z.number(),
  /** Steps or pictures done in that time. */
  steps: z.number().int(),
  /** Shares of that time; they add up to 1. */
  shares: byActivity,
  /** The same over time, in at most 120 stretches of equal count. */
  spans: z.array(
    z.object({
      /** Measured seconds up to its end. */
      until: z.number(),
      done: z.number().int(),
      steps: z.number().int(),
      seconds: z.number(),
      shares: byActivity,
      memoryBytes: z.number(),
    }),
  ),
  /** Steps or pictures a second, without the time for preparing, checkpoints and evaluation; null before the first. */
  stepsPerSecond: z.number().nullable(),
  peakBytes: z.number(),
  cores: z.number().int(),
  /** What computed: 'CPU' or the model of an accelerator; null where nothing was measured. */
  device: z.string().nullable(),
  /** Of all cores' time, what the worker used and what others used, 0 to 1. */
  ownLoad: z.number(),
  otherLoad: z.number(),
  advice: z.array(advice),
  operations: operationTimes.nullable(),
})
export type JobProfile = z.infer<typeof jobProfile>
