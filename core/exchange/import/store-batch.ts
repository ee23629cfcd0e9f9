import type { CaptionSource, FaultRecord } from '../../contract/index.ts'
import type { Inspected } from '../../image/inspect.ts'
import { hasCaption, hasCaptions, insertCaption } from '../../store/captions.ts'
import { transaction } from '../../store/database.ts'
import { addItemFault } from '../../store/events.ts'
import { writeCursor } from '../../store/jobs.ts'
import type { Project } from '../../store/project.ts'
import { insertSample, sampleByPath, updateSample } from '../../store/samples.ts'
import { captionProblem, cleanCaption } from '../../text/clean.ts'
import type { ImportItem } from './item.ts'
import type { ImportState } from './state.ts'

/** An item after its picture was looked at. */
export interface Prepared {
  item: ImportItem
  /** Absolute path; null if it was refused. */
  path: string | null
  modified: number
  /** Null if the picture is known and unchanged. */
  inspected: Inspected | null
  fault: FaultRecord | null
}

export interface Batch {
  job: string
  source: CaptionSource
  /** Shown before the line number of faults. */
  file: string
  state: ImportState
}

const problems: Record<string, string> = {
  'caption-empty': 'The caption is empty.',
  'caption-binary': 'The caption holds bytes that are not text.',
  'caption-too-long': 'The caption is longer than 10,000 characters.',
}

/** Stores prepared items and the place reached in one transaction. */
export function storeBatch(project: Project, prepared: Prepared[], batch: Batch): void {
  const thumbnails = prepared.flatMap(({ inspected }) =>
    inspected?.thumbnail && inspected.hash ? [{ hash: inspected.hash, bytes: inspected.thumbnail }] : [],
  )
  if (thumbnails.length > 0) project.thumbs.write(thumbnails)
  const state = structuredClone(batch.state)
  transaction(
    project.db,
    () => {
      for (const one of prepared) storeItem(project, one, batch, state)
      writeCursor(project, batch.job, JSON.stringify(state))
    },
    'normal',
  )
  Object.assign(batch.state, state)
}

function storeItem(project: Project, prepared: Prepared, batch: Batch, state: ImportState): void {
  const { item, path, fault } = prepared
  const subject = item.line === null ? item.path : `${batch.file}:${item.line} ${item.path}`.trim()
  const quarantine = (record: FaultRecord) => {
    if (addItemFault(project, batch.job, subject, record)) state.faults++
  }
  state.after = item.cursor
  state.done++
  if (fault) quarantine(fault)
  if (path === null) return
  const { pictures, captions, changedPictures, faults } = state
  const sample = storePicture(project, { ...prepared, path }, state)
  if (prepared.inspected?.fault) quarantine(prepared.inspected.fault)
  const at = Date.now()
  for (const written of item.captions) {
    const problem = captionProblem(written)
    const text = cleanCaption(written)
    if (problem) quarantine({ code: problem, message: problems[problem]! })
    else if (!hasCaption(project.db, sample, text)) {
      insertCaption(project.db, { sample, text, source: batch.source, at })
      state.captions++
    }
  }
  if (!hasCaptions(project.db, sample)) insertCaption(project.db, { sample, text: '', source: batch.source, at })
  const isSame =
    pictures === state.pictures &&
    captions === state.captions &&
    changedPictures === state.changedPictures &&
    faults === state.faults
  if (isSame) state.skipped++
}

function storePicture(
  { db }: Project,
  { path, modified, inspected }: Prepared & { path: string },
  state: ImportState,
): number {
  const known = sampleByPath(db, path)
  if (!inspected) return known!.id
  const facts = { ...inspected, modified }
  if (inspected.fault) state.unreadable++
  if (!known) {
    state.pictures++
    return insertSample(db, path, facts)
  }
  updateSample(db, known.id, facts)
  if (known.hash !== inspected.hash) state.changedPictures++
  return known.id
}
