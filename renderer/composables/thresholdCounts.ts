import type { CapfiltCounts, Thresholds } from '../../core/contract/index.ts'

export interface CutCounts {
  /** Captions at or above the threshold of their source, and below it. */
  kept: number
  dropped: number
  webKept: number
  syntheticKept: number
  /** Pictures that keep a web and a synthetic caption, any caption, and no caption. */
  both: number
  any: number
  none: number
}

/** First bin that a threshold keeps; scores are binned in `bins` equal steps from 0 to 1. */
export function binOf(threshold: number, bins: number): number {
  return Math.round(threshold * bins)
}

/** Re-counts a cut in one pass over the bins, without asking anyone. */
export function countCut(counts: CapfiltCounts, cut: Thresholds): CutCounts {
  const webFrom = binOf(cut.web, counts.web.length)
  const syntheticFrom = binOf(cut.synthetic, counts.synthetic.length)
  const webKept = sumFrom(counts.web, webFrom)
  const syntheticKept = sumFrom(counts.synthetic, syntheticFrom)
  let both = 0
  let any = 0
  let pictures = 0
  for (const [web, synthetic, count] of counts.joint) {
    const keepsWeb = web >= 0 && web >= webFrom
    const keepsSynthetic = synthetic >= 0 && synthetic >= syntheticFrom
    pictures += count
    if (keepsWeb && keepsSynthetic) both += count
    if (keepsWeb || keepsSynthetic) any += count
  }
  const kept = webKept + syntheticKept
  const dropped = sumFrom(counts.web, 0) + sumFrom(counts.synthetic, 0) - kept
  return { kept, dropped, webKept, syntheticKept, both, any, none: pictures - any }
}

function sumFrom(bins: number[], from: number): number {
  let sum = 0
  for (let bin = from; bin < bins.length; bin++) sum += bins[bin]!
  return sum
}

export interface CutQuality {
  judged: number
  /** Of what the cut keeps, the share that the person accepted. */
  precision: number | null
  /** Of what the person accepted, the share that the cut keeps. */
  recall: number | null
}

/** How a cut agrees with a person's own decisions. */
export function judgeCut(counts: CapfiltCounts, cut: Thresholds): CutQuality {
  const from = { web: binOf(cut.web, counts.web.length), synthetic: binOf(cut.synthetic, counts.synthetic.length) }
  let judged = 0
  let kept = 0
  let accepted = 0
  let keptAccepted = 0
  for (const [source, bin, decision, count] of counts.judged) {
    if (decision === 'undecided') continue
    judged += count
    const keeps = bin >= from[source]
    if (keeps) kept += count
    if (decision === 'accepted') accepted += count
    if (keeps && decision === 'accepted') keptAccepted += count
  }
  return { judged, precision: kept ? keptAccepted / kept : null, recall: accepted ? keptAccepted / accepted : null }
}
