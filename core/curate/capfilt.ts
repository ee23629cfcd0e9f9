import { Fault, type CapfiltCounts, type CapfiltPair, type Metric, type Thresholds } from '../contract/index.ts'
import { scoreBins } from '../contract/index.ts'
import {
  bestCaption,
  countJudged,
  findScored,
  nearest,
  partition,
  readBins,
  scorerName,
  type Scored,
} from '../store/capfilt.ts'
import { captionById } from '../store/captions.ts'
import { decisions } from '../store/codes.ts'
import { toCaption } from '../store/pages.ts'
import type { Project } from '../store/project.ts'
import { sampleById, versionOf } from '../store/samples.ts'
import { countScores } from '../store/scores.ts'
import { logDecisions, type Changed } from './decide.ts'

export interface ScorerChoice {
  /** Hash of the checkpoint. */
  scorer: string
  metric: Metric
}

/** Who scored captions by ITM or ITC, newest first. */
export function scorers(project: Project): { scorer: string; name: string; metric: 'itm' | 'itc'; count: number }[] {
  return countScores(project).flatMap((row) => (row.metric === 'loss' ? [] : [{ ...row, metric: row.metric }]))
}

/**
 * How the scores of live web and synthetic captions spread, so that a window can move thresholds
 * without asking again. All zero for a scorer that scored nothing.
 */
export function capfiltCounts(project: Project, { scorer, metric }: ScorerChoice): CapfiltCounts {
  const spread = [new Int32Array(scoreBins), new Int32Array(scoreBins)] as const
  const scored = findScored(project.db, scorer, metric)
  if (!scored) return { web: [...spread[0]], synthetic: [...spread[1]], joint: [], judged: [] }
  const { columns } = project
  columns.refresh()
  const best = new Map<number, number>()
  readBins(project.db, scored, (caption, bin) => {
    const source = columns.stateOf(caption) >> 2
    if (source > 1 || columns.liveOf(caption) !== caption) return
    spread[source as 0 | 1][bin]!++
    const sample = columns.sampleOf(caption)
    best.set(sample, raise(best.get(sample) ?? 0, source, bin))
  })
  return {
    web: [...spread[0]],
    synthetic: [...spread[1]],
    joint: joint(best.values()),
    judged: judged(project, scored),
  }
}

/** Packs (bin + 1) of the best web caption in the low half and of the best synthetic one in the high half; 0 stands for none. */
function raise(packed: number, source: number, bin: number): number {
  const [web, synthetic] = [packed & 0xffff, packed >> 16]
  return source === 0 ? (synthetic << 16) | Math.max(web, bin + 1) : (Math.max(synthetic, bin + 1) << 16) | web
}

function joint(best: Iterable<number>): CapfiltCounts['joint'] {
  const pictures = new Map<number, number>()
  for (const packed of best) pictures.set(packed, (pictures.get(packed) ?? 0) + 1)
  return Array.from(pictures, ([packed, count]) => [(packed & 0xffff) - 1, (packed >> 16) - 1, count])
}

function judged({ db }: Project, scored: Scored): CapfiltCounts['judged'] {
  return countJudged(db, scored).map(({ source, bin, decision, count }) => [
    source === 0 ? 'web' : 'synthetic',
    bin,
    decisions[decision]!,
    count,
  ])
}

/** Pictures whose web or synthetic caption scores nearest to its threshold, nearest first. */
export function capfiltNear(
  project: Project,
  input: ScorerChoice & { thresholds: Thresholds; limit?: number },
): CapfiltPair[] {
  const { scorer, metric, thresholds, limit = 24 } = input
  const scored = findScored(project.db, scorer, metric)
  if (!scored) return []
  const distances = new Map<number, number>()
  for (const source of ['web', 'synthetic'] as const) {
    for (const above of [true, false]) {
      for (const { sample, value } of nearest(project.db, scored, source, thresholds[source], above, limit)) {
        distances.set(sample, Math.min(distances.get(sample) ?? Infinity, Math.abs(value - thresholds[source])))
      }
    }
  }
  const order = [...distances].sort(([a, near], [b, far]) => near - far || a - b).slice(0, limit)
  return order.map(([sample]) => readPair(project, scored, sample))
}

function readPair({ db }: Project, scored: Scored, sample: number): CapfiltPair {
  const [web, synthetic] = (['web', 'synthetic'] as const).map((source) => bestCaption(db, scored, sample, source))
  const read = (best: { id: number } | undefined) => (best ? toCaption(db, captionById(db, best.id)!) : null)
  return {
    sampleId: sample,
    version: versionOf(sampleById(db, sample)!),
    web: read(web),
    synthetic: read(synthetic),
    webScore: web?.value ?? null,
    syntheticScore: synthetic?.value ?? null,
  }
}

/**
 * Accepts captions at or above the threshold of their source and rejects those below, as one
 * undoable step; captions that a person decided stay. Faults: scorer-unknown.
 */
export function capfiltApply(
  project: Project,
  input: ScorerChoice & { thresholds: Thresholds },
): Changed & { accepted: number; rejected: number } {
  const { scorer, metric, thresholds } = input
  const scored = findScored(project.db, scorer, metric)
  if (!scored)
    throw new Fault('scorer-unknown', 'This model scored nothing here.', {
      subject: scorer,
      hint: 'Run CapFilt with it first.',
    })
  const { accepted, rejected } = partition(project.db, scored, thresholds)
  const name = scorerName(project.db, scored.scorer)
  const reason = `${metric}@${name}: web ≥ ${thresholds.web}, synthetic ≥ ${thresholds.synthetic}`
  const changed = logDecisions(
    project,
    [
      { ids: accepted, decision: 'accepted' },
      { ids: rejected, decision: 'rejected' },
    ],
    {
      kind: 'threshold',
      details: {
        scorer,
        scorerName: name,
        metric,
        ...thresholds,
        accepted: accepted.length,
        rejected: rejected.length,
      },
      stamp: { by: 'threshold', at: Date.now(), reason },
    },
  )
  return { ...changed, accepted: accepted.length, rejected: rejected.length }
}
