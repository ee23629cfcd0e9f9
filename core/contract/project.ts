import { z } from 'zod'
import { faultRecord } from './fault.ts'
import { gpuReport } from './gpu.ts'

export const projectSummary = z.object({
  folder: z.string(),
  name: z.string(),
  sample: z.boolean(),
  pictures: z.number().int(),
  captions: z.number().int(),
  unreadable: z.number().int(),
  createdAt: z.string(),
})
export type ProjectSummary = z.infer<typeof projectSummary>

export const recentProject = z.object({
  folder: z.string(),
  name: z.string(),
  openedAt: z.string(),
  exists: z.boolean(),
})
export type RecentProject = z.infer<typeof recentProject>

export const doctorCheck = z.object({
  name: z.enum(['node', 'runtime', 'self-test', 'gpu', 'electron', 'disk', 'images', 'database']),
  ok: z.boolean(),
  /** What was found. */
  found: z.string(),
  fault: faultRecord.nullable(),
})
export const doctorReport = z.object({ ok: z.boolean(), checks: z.array(doctorCheck), gpu: gpuReport })
export type DoctorReport = z.infer<typeof doctorReport>
