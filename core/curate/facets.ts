import type { CaptionSource, Decision, SampleDetail } from '../contract/index.ts'
import { decisions, sources } from '../store/codes.ts'
import { countMissing, countSampleFlags } from '../store/counts.ts'
import { readDetail } from '../store/pages.ts'
import type { Project } from '../store/project.ts'
import { countScores, type ScorerCount } from '../store/scores.ts'
import { named, sumStates } from './views.ts'

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
  const { columns, db } = project
  columns.refresh()
  const live = columns.countLive()
  const missing = countMissing(db)
  const missingOf = (code: number) => missing.find(({ source }) => source === code)?.count ?? 0
  return {
    scorers: countScores(project),
    sources: named(sources, (code) => sumStates(live, (state) => state >> 2 === code) - missingOf(code)),
    decisions: named(decisions, (code) => sumStates(live, (state) => (state & 3) === code)),
    missing: missing.reduce((total, { count }) => total + count, 0),
    ...countSampleFlags(db),
  }
}

/** A picture with its captions by age, edits included. Faults: not-found. */
export const detail = (project: Project, sampleId: number): SampleDetail => readDetail(project.db, sampleId)
