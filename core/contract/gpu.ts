import { z } from 'zod'
import { faultRecord } from './fault.ts'

export const gpuCard = z.object({
  vendor: z.enum(['nvidia', 'amd', 'intel']),
  name: z.string(),
  memoryBytes: z.number().nullable(),
  driver: z.string().nullable(),
  /** NVIDIA's compute capability ("8.9") or AMD's target ("gfx942"). */
  target: z.string().nullable(),
})

/** The machine's graphics cards, and how far they are from being used. */
export const gpuReport = z.object({
  cards: z.array(gpuCard),
  /** none: no plugin fits; installable: one does, and isn't here; untested: it is here; failed: its self-test failed; ready: it computes. */
  state: z.enum(['none', 'installable', 'untested', 'failed', 'ready']),
  /** The plugin that fits, for people. */
  plugin: z.string().nullable(),
  /** What is still to be downloaded. */
  downloadBytes: z.number(),
  /** What the device calls itself, once it was tested. */
  device: z.string().nullable(),
  /** Why the CPU computes; null where the GPU does. */
  fault: faultRecord.nullable(),
})
export type GpuReport = z.infer<typeof gpuReport>

/** How far the installation of a plugin is; the last one carries the report, or the fault that stopped it. */
export const gpuProgress = z.object({
  stage: z.enum(['download', 'unpack', 'test', 'done']),
  doneBytes: z.number(),
  totalBytes: z.number(),
  report: gpuReport.nullable(),
  fault: faultRecord.nullable(),
})
export type GpuProgress = z.infer<typeof gpuProgress>
