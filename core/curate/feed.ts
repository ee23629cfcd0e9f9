import type { Decoding, FaultRecord, SpecOf } from '../contract/index.ts'
import { insertCaption, liveCaptionsOf } from '../store/captions.ts'
import { getCheckpoint } from '../store/checkpoints.ts'
import { transaction } from '../store/database.ts'
import { addItemFault } from '../store/events.ts'
import { jobOperation, setJobOperation } from '../store/jobs.ts'
import { insertOperation, operationById, updateOperation } from '../store/operations.ts'
import type { Project } from '../store/project.ts'
import { sampleById, setSampleFault } from '../store/samples.ts'
import { writeScores, type NewScore } from '../store/scores.ts'
import { countDone, countWork, markDone, nextWork, provenanceId, type WorkFilter } from '../store/work.ts'
import { cleanCaption } from '../text/clean.ts'
import { parseQuery } from './query/parse.ts'

type CapfiltSpec = SpecOf<'capfilt'>

/** A picture to caption and score; the same as WorkPicture of jobs/protocol. */
export interface FeedPicture {
  sampleId: number
  path: string
  captions: { captionId: number; text: string }[]
  write: boolean
}

/** What a worker found for a picture; the same as PictureResult of jobs/protocol. */
export interface FeedResult {
  sampleId: number
  written: { text: string; itm: number | null; itc: number | null } | null
  scores: { captionId: number; itm: number; itc: number }[]
}

export interface FeedJob {
  job: string
  spec: CapfiltSpec
}

function filterOf({ query, captioner, filter, onlyMissing }: CapfiltSpec): WorkFilter {
  return { condition: parseQuery(query.text), write: captioner !== null, score: filter !== null, onlyMissing }
}

/** How many pictures a job handles all in all, those done included; an id of no job counts as a new one. Faults: query-invalid. */
export function countPictures(project: Project, spec: CapfiltSpec, job = ''): number {
  return countHandled(project, job) + countWork(project.db, filterOf(spec), job)
}

/** How many pictures a job has handled. */
export const countHandled = (project: Project, job: string): number => countDone(project.db, job)

/** The next pictures a job has not handled yet, by rising id after `after`. */
export function pendingPictures(
  project: Project,
  job: string,
  spec: CapfiltSpec,
  after: number,
  limit: number,
): FeedPicture[] {
  const rows = nextWork(project.db, filterOf(spec), job, after, limit)
  return rows.map(({ id, path }) => {
    const live = liveCaptionsOf(project.db, id).filter(({ text }) => text !== '')
    const captions = spec.filter === null ? [] : live.map((caption) => ({ captionId: caption.id, text: caption.text }))
    return { sampleId: id, path, captions, write: spec.captioner !== null && !(spec.onlyMissing && live.length > 0) }
  })
}

/**
 * Stores what a worker found in one transaction: captions with their provenance, scores, and that
 * these pictures are handled. A result that was stored before is passed over.
 */
export function storeResults(
  project: Project,
  feed: FeedJob,
  results: FeedResult[],
): { written: number; scored: number } {
  const { db } = project
  return transaction(
    db,
    () => {
      const fresh = results.filter(({ sampleId }) => markDone(db, feed.job, sampleId))
      const scores = fresh.flatMap((result) =>
        result.scores.flatMap(({ captionId, itm, itc }) => both(captionId, itm, itc)),
      )
      const captions = fresh.map((result) => storeWritten(project, feed, result))
      for (const caption of captions) if (caption) scores.push(...caption.scores)
      const written = captions.filter((caption) => caption?.isNew).length
      const { filter, captioner } = feed.spec
      if (filter !== null && scores.length > 0) writeScores(db, { hash: filter, name: nameOf(project, filter) }, scores)
      if (captioner === null && scores.length > 0)
        count(project, feed, new Set(scores.map(({ captionId }) => captionId)).size)
      return { written, scored: scores.length }
    },
    'normal',
  )
}

/** Stores the caption of one result; one that the picture has already only gets its scores. */
function storeWritten(project: Project, feed: FeedJob, { sampleId: sample, written }: FeedResult) {
  const text = cleanCaption(written?.text ?? '')
  if (!written || text === '') return null
  const same = liveCaptionsOf(project.db, sample).find((caption) => caption.source === 1 && caption.text === text)
  const id = same?.id ?? insertWritten(project, feed, sample, text)
  return { isNew: !same, scores: both(id, written.itm, written.itc) }
}

function insertWritten(project: Project, feed: FeedJob, sample: number, text: string): number {
  const [operation, provenance] = [count(project, feed, 1), provenanceOf(project, feed)]
  return insertCaption(project.db, { sample, text, source: 'synthetic', at: Date.now(), operation, provenance })
}

function both(captionId: number, itm: number | null, itc: number | null): NewScore[] {
  const found: NewScore[] = []
  if (itm !== null) found.push({ captionId, metric: 'itm', value: itm })
  if (itc !== null) found.push({ captionId, metric: 'itc', value: itc })
  return found
}

/**
 * Adds to the count of the job's entry in the history and returns it: the one it has, or a new one
 * if that was undone meanwhile. Scores alone can't be undone: nothing a person sees was taken away.
 */
function count(project: Project, { job, spec }: FeedJob, more: number): number {
  const known = jobOperation(project, job)
  const row = known === null ? undefined : operationById(project.db, known)
  if (row?.state === 'done') {
    updateOperation(project.db, row.id, { count: row.count + more })
    return row.id
  }
  const writes = spec.captioner !== null
  const by: Record<string, string> = writes
    ? { captioner: nameOf(project, spec.captioner!) }
    : { scorer: nameOf(project, spec.filter!) }
  const operation = insertOperation(project.db, {
    kind: writes ? 'capfilt' : 'score',
    details: { job, ...by, query: spec.query.text },
    count: more,
    at: Date.now(),
    undoable: writes,
  })
  setJobOperation(project, job, operation)
  return operation
}

function provenanceOf(project: Project, { job, spec }: FeedJob): number {
  const checkpoint = spec.captioner!
  const seed = spec.decoding.kind === 'nucleus' ? spec.decoding.seed : 0
  return provenanceId(project.db, {
    checkpoint,
    checkpointName: nameOf(project, checkpoint),
    decoding: describe(spec.decoding),
    prompt: spec.prompt,
    seed,
    job,
  })
}

function describe(decoding: Decoding): string {
  if (decoding.kind === 'greedy') return 'greedy'
  return decoding.kind === 'beam' ? `beam ${decoding.beams}` : `nucleus ${decoding.topP}`
}

const nameOf = (project: Project, hash: string): string => getCheckpoint(project, hash)?.name ?? hash.slice(0, 12)

/**
 * Records that a job could not handle a picture, which counts as handled. If the picture itself is
 * at fault it is unreadable from now on; importing it again looks at it anew.
 */
export function storePictureFault(project: Project, job: string, sampleId: number, fault: FaultRecord): void {
  transaction(
    project.db,
    () => {
      markDone(project.db, job, sampleId)
      if (/^(picture-|not-found$)/.test(fault.code)) setSampleFault(project.db, sampleId, fault)
      addItemFault(project, job, sampleById(project.db, sampleId)?.path ?? String(sampleId), fault)
    },
    'normal',
  )
}
