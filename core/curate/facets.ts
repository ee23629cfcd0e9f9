import type { CaptionSource, Decision, SampleDetail } from '../contract/index.ts'
import { decisions, sources } from '../store/codes.ts'
import { countLive, countSampleFlags } from '../store/counts.ts'
import { readDetail } from '../store/pages.ts'
import type { Project } from '../store/project.ts'
import { countScores, type ScorerCount } from '../store/scores.ts'
import { named } from './views.ts'

export interface Facets {
  scorers: ScorerCount[]
  sources: Record<CaptionSource, number>
  decisions: Record<Decision, number>
  missing: number
  unreadable: number
  duplicates: number
}

/** Values for completion in the query box, with how many live captions (or pictures) have each. */
export function facets(project: Project): Facets {
  const live = countLive(project.db)
  const sum = (matches: (row: (typeof live)[number]) => boolean) => live.filter(matches).reduce((total, { count }) => total + count, 0)
  return {
    scorers: countScores(project),
    sources: named(sources, (code) => sum((row) => row.source === code && row.missing === 0)),
    decisions: named(decisions, (code) => sum((row) => row.decision === code)),
    missing: sum((row) => row.missing === 1),
    ...countSampleFlags(project.db),
  }
}

/** A picture with its captions by age, edits included. Faults: not-found. */
export const detail = (project: Project, sampleId: number): SampleDetail => readDetail(project.db, sampleId)
