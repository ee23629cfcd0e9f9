import { z } from 'zod'
import { caption, decision, metric } from './pair.ts'

/** Scores are binned in steps of 0.001, so a threshold that is a multiple of it counts exactly. */
export const scoreBins = 1000

/** Which scorer's numbers are looked at. */
export const scorerChoice = z.object({ scorer: z.string(), metric: metric.default('itm') })

export const capfiltCounts = z.object({
  /** Captions per bin. */
  web: z.array(z.number().int()).length(scoreBins),
  synthetic: z.array(z.number().int()).length(scoreBins),
  /** Pictures by (best web bin, best synthetic bin); -1 where there is none: [web, synthetic, count]. */
  joint: z.array(z.tuple([z.number().int(), z.number().int(), z.number().int()])),
  /** Captions a person decided, by [source, bin, decision, count], for precision and recall. */
  judged: z.array(z.tuple([z.enum(['web', 'synthetic']), z.number().int(), decision, z.number().int()])),
})
export type CapfiltCounts = z.infer<typeof capfiltCounts>

export const thresholds = z.object({ web: z.number().min(0).max(1), synthetic: z.number().min(0).max(1) })
export type Thresholds = z.infer<typeof thresholds>

/** One picture near the cut: both captions, both scores, what the thresholds say and what was decided. */
export const capfiltPair = z.object({
  sampleId: z.number().int(),
  version: z.string(),
  web: caption.nullable(),
  synthetic: caption.nullable(),
  webScore: z.number().nullable(),
  syntheticScore: z.number().nullable(),
})
export type CapfiltPair = z.infer<typeof capfiltPair>
