import type { Decoding, FaultRecord, SpecOf } from '../contract/index.ts'
import { insertCaption, liveCaptionsOf } from '../store/captions.ts'
import { getCheckpoint } from '../store/checkpoints.ts'
import { transaction } from '../store/database.ts'
import { addItemFault } from '../store/events.ts'
import { jobOperation, setJobOperation } from '../store/jobs.ts'
import { insertOperation, operationById, updateOperation } from '../store/operations.ts'
import type { Project } from '../store/project.ts'
import { sampleById } from '../store/samples.ts'
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
  { job, spec }: FeedJob,
  results: FeedResult[],
): { written: number; scored: number } {
  const { db } = project
  return transaction(
    db,
    () => {
      const scores: NewScore[] = []
      let written = 0
      let operation: number | null = null
      for (const result of results.filter(({ sampleId }) => markDone(db, job, sampleId))) {
        for (const { captionId, itm, itc } of result.scores) scores.push(...both(captionId, itm, itc))
        const text = cleanCaption(result.written?.text ?? '')
        if (!result.written || text === '') continue
        const same = liveCaptionsOf(db, result.sampleId).find(
          (caption) => caption.source === 1 && caption.text === text,
        )
        if (!same) {
          written++
          operation ??= openOperation(project, { job, spec })
        }
        const id =
          same?.id ??
          insertCaption(db, {
            sample: result.sampleId,
            text,
            source: 'synthetic',
            at: Date.now(),
            operation: operation!,
            provenance: provenanceOf(project, { job, spec }),
          })
        scores.push(...both(id, result.written.itm, result.written.itc))
      }
      if (operation !== null) updateOperation(db, operation, { count: operationById(db, operation)!.count + written })
      if (spec.filter !== null && scores.length > 0)
        writeScores(db, { hash: spec.filter, name: nameOf(project, spec.filter) }, scores)
      return { written, scored: scores.length }
    },
    'normal',
  )
}

function both(captionId: number, itm: number | null, itc: number | null): NewScore[] {
  const found: NewScore[] = []
  if (itm !== null) found.push({ captionId, metric: 'itm', value: itm })
  if (itc !== null) found.push({ captionId, metric: 'itc', value: itc })
  return found
}

/** The history's entry for the captions of a job: the one it has, or a new one if that was undone meanwhile. */
function openOperation(project: Project, { job, spec }: FeedJob): number {
  const known = jobOperation(project, job)
  if (known !== null && operationById(project.db, known)?.state === 'done') return known
  const details = { job, captioner: nameOf(project, spec.captioner!), query: spec.query.text }
  const operation = insertOperation(project.db, { kind: 'capfilt', details, count: 0, at: Date.now(), undoable: true })
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

/** Records that a job could not handle a picture, which counts as handled. */
export function storePictureFault(project: Project, job: string, sampleId: number, fault: FaultRecord): void {
  transaction(
    project.db,
    () => {
      markDone(project.db, job, sampleId)
      addItemFault(project, job, sampleById(project.db, sampleId)?.path ?? String(sampleId), fault)
    },
    'normal',
  )
}
