import { randomUUID } from 'node:crypto'
import { Fault, type CaptionSource, type Decision, type Pair, type Query, type Target } from '../contract/index.ts'
import { decisionCode, decisions, sources } from '../store/codes.ts'
import { liveCaptions } from '../store/columns.ts'
import { captionById } from '../store/captions.ts'
import { readPairs } from '../store/pages.ts'
import type { Project } from '../store/project.ts'
import { selectIds } from '../store/select/select.ts'
import { parseQuery } from './query/parse.ts'

/** An opened query: its captions in order, fixed at opening. */
interface View {
  query: Query
  ids: Int32Array
}

/** Views that stay open at once; the one unused for longest makes room. At 1,000,000 pairs a view takes 4 MB. */
const maximumViews = 8
const maximumPage = 500
const viewsOf = new WeakMap<Project, Map<string, View>>()

/** Fixes the order of a query's pairs. Faults: query-invalid. */
export function openView(project: Project, query: Query): { view: string; count: number; pictures: number } {
  const ids = selectIds(project.db, parseQuery(query.text), query.sort)
  const views = viewsOf.get(project) ?? new Map<string, View>()
  viewsOf.set(project, views)
  const view = randomUUID()
  views.set(view, { query, ids })
  for (const oldest of views.keys()) {
    if (views.size <= maximumViews) break
    views.delete(oldest)
  }
  return { view, count: ids.length, pictures: countPictures(project, ids) }
}

function countPictures({ columns }: Project, ids: Int32Array): number {
  columns.refresh()
  let largest = 0
  for (const id of ids) largest = Math.max(largest, columns.sampleOf(id))
  const seen = new Uint8Array(largest + 1)
  let count = 0
  for (const id of ids) {
    const sample = columns.sampleOf(id)
    if (seen[sample] === 0) count += seen[sample] = 1
  }
  return count
}

/** Faults: view-expired. */
function findView(project: Project, token: string): View {
  const views = viewsOf.get(project)
  const view = views?.get(token)
  if (!view) throw new Fault('view-expired', 'This view is no longer open.', { hint: 'Open it again.' })
  views!.delete(token)
  views!.set(token, view)
  return view
}

/** The query a view was opened with. Faults: view-expired. */
export const queryOf = (project: Project, view: string): Query => findView(project, view).query

/** Pairs at positions from (inclusive) to `to` (exclusive), at most 500; superseded captions come as their successor. */
export function page(project: Project, { view, from, to }: { view: string; from: number; to: number }): Pair[] {
  const { ids, query } = findView(project, view)
  const start = Math.max(0, from)
  const shown = ids.subarray(start, Math.max(start, Math.min(to, start + maximumPage)))
  project.columns.refresh()
  return readPairs(
    project.db,
    shown.map((id) => project.columns.liveOf(id) || id),
    query.sort,
  )
}

export interface NextInput {
  view: string
  from: number
  decision?: Decision
  backward?: boolean
}

/** Position of the next pair with this decision after `from` (before it, if backward), wrapping once to `from` itself; null if there is none. */
export function next(
  project: Project,
  { view, from, decision = 'undecided', backward = false }: NextInput,
): number | null {
  const { ids } = findView(project, view)
  const { columns } = project
  columns.refresh()
  const wanted = decisionCode(decision)
  const size = ids.length
  for (let step = 1; step <= size; step++) {
    const position = (((backward ? from - step : from + step) % size) + size) % size
    const live = columns.liveOf(ids[position]!)
    if (live && (columns.stateOf(live) & 3) === wanted) return position
  }
  return null
}

/** Position of a caption, or of what it took the place of; null if the view has neither. */
export function locate(project: Project, { view, captionId }: { view: string; captionId: number }): number | null {
  const { ids } = findView(project, view)
  let id: number | null = captionId
  while (id !== null) {
    const position = ids.indexOf(id)
    if (position >= 0) return position
    id = captionById(project.db, id)?.replaces ?? null
  }
  return null
}

export interface Counts {
  decision: Record<Decision, number>
  source: Record<CaptionSource, number>
}

/** How many pairs of the view have each decision and source now. */
export function counts(project: Project, view: string): Counts {
  const { ids } = findView(project, view)
  const { columns } = project
  columns.refresh()
  const byState = new Array<number>(16).fill(0)
  for (const id of ids) {
    const live = columns.liveOf(id)
    if (live) byState[columns.stateOf(live)]!++
  }
  return {
    decision: named(decisions, (code) => sumStates(byState, (state) => (state & 3) === code)),
    source: named(sources, (code) => sumStates(byState, (state) => state >> 2 === code)),
  }
}

/** Sum of the counts whose state (see Columns.stateOf) matches. */
export const sumStates = (byState: number[], matches: (state: number) => boolean): number =>
  byState.reduce((total, count, state) => (matches(state) ? total + count : total), 0)

/** A record with a value for each word of a list. */
export function named<K extends string, V>(words: readonly K[], valueOf: (code: number) => V): Record<K, V> {
  return Object.fromEntries(words.map((word, code) => [word, valueOf(code)])) as Record<K, V>
}

/** The live captions a target names. Faults: view-expired. */
export function resolveTarget(project: Project, target: Target): number[] {
  if (target.kind === 'pairs') return liveCaptions(project.columns, target.captionIds)
  const { ids } = findView(project, target.view)
  return liveCaptions(
    project.columns,
    target.kind === 'view' ? ids : ids.subarray(Math.max(0, target.from), Math.max(0, target.to)),
  )
}
