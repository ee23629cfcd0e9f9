import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { asFault, Fault, type SpecOf } from '../../contract/index.ts'
import { inspectPicture, type Inspected } from '../../image/inspect.ts'
import { inParallel } from '../../image/parallel.ts'
import { transaction } from '../../store/database.ts'
import { jobOperation, readCursor, setJobOperation, writeCursor } from '../../store/jobs.ts'
import { insertOperation, updateOperation } from '../../store/operations.ts'
import type { Project } from '../../store/project.ts'
import { sampleByPath } from '../../store/samples.ts'
import type { ImportItem } from './item.ts'
import { openRoot, type Root } from './root.ts'
import { openSource } from './sources.ts'
import { readState, resultOf, type ImportResult, type ImportState } from './state.ts'
import { storeBatch, type Batch, type Prepared } from './store-batch.ts'

type ImportSpec = SpecOf<'import'>

export interface WorkProgress {
  stage: string
  done: number
  total: number | null
  faults: number
}

export interface WorkOptions {
  signal?: AbortSignal
  onProgress?(progress: WorkProgress): void
}

const batchSize = 64

/**
 * Imports what a spec names, for a job that exists; goes on where the job was. Pictures and
 * captions that are there already are passed over; what can't be used is recorded and passed over.
 * Faults: not-found, format-unknown, columns-missing, table-invalid, disk-full, cancelled.
 */
export async function importPairs(
  project: Project,
  spec: ImportSpec,
  { job, signal, onProgress }: WorkOptions & { job: string },
): Promise<ImportResult> {
  const state = readState(readCursor(project, job))
  if (state.finished) return resultOf(state)
  const source = await openSource(spec)
  const root = await openRoot(source.root)
  const { path, pathColumn, captionColumn } = spec
  const reading = { path, signal, pathColumn, captionColumn }
  state.total ??= await cancellable(source.count({ ...reading, after: null }), signal)
  const batch: Batch = { job, source: spec.source, file: basename(path), state }
  const report = () => onProgress?.({ stage: 'importing', done: state.done, total: state.total, faults: state.faults })
  report()
  try {
    for await (const group of grouped(source.read({ ...reading, after: state.after }), batchSize)) {
      stopIf(signal)
      const prepared = await prepareAll(project, root, group)
      stopIf(signal)
      storeBatch(project, prepared, batch)
      report()
    }
    state.finished = true
  } catch (error) {
    throw signal?.aborted ? cancelled() : error
  } finally {
    logImport(project, spec, job, state)
  }
  return resultOf(state)
}

async function* grouped<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = []
  for await (const item of items) {
    group.push(item)
    if (group.length < size) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Looks at the pictures of a group, several at a time; each file once. */
async function prepareAll(project: Project, root: Root, items: ImportItem[]): Promise<Prepared[]> {
  const inspections = new Map<string, Promise<Inspected>>()
  const inspect = (path: string, size: number) => {
    const known = inspections.get(path) ?? inspectPicture(path, size)
    inspections.set(path, known)
    return known
  }
  const prepared = new Array<Prepared>(items.length)
  const work = async (item: ImportItem, index: number) => {
    prepared[index] = await prepare(project, root, item, inspect)
  }
  await inParallel(items, work, availableParallelism() + 1)
  return prepared
}

async function prepare(
  project: Project,
  root: Root,
  item: ImportItem,
  inspect: (path: string, size: number) => Promise<Inspected>,
): Promise<Prepared> {
  const refused = { item, path: null, modified: 0, inspected: null }
  if (item.fault) return { ...refused, fault: item.fault }
  try {
    const path = await root.locate(item.path)
    const found = await stat(path)
    if (!found.isFile()) throw new Fault('not-a-file', 'This is not a file.', { subject: item.path })
    const modified = Math.trunc(found.mtimeMs)
    const known = sampleByPath(project.db, path)
    const isSame = known?.fault === null && known.bytes === found.size && known.modified === modified
    return { item, path, modified, inspected: isSame ? null : await inspect(path, found.size), fault: null }
  } catch (error) {
    return { ...refused, fault: asFault(error, item.path).toJSON() }
  }
}

/** Keeps the one entry of this import in the history up to date. */
function logImport(project: Project, { path }: ImportSpec, job: string, state: ImportState): void {
  const { db } = project
  const details = { path, pictures: state.pictures, captions: state.captions, faults: state.faults }
  transaction(db, () => {
    const known = jobOperation(project, job)
    if (known !== null) updateOperation(db, known, { count: state.captions, details })
    else if (state.done > 0)
      setJobOperation(
        project,
        job,
        insertOperation(db, { kind: 'import', details, count: state.captions, at: Date.now(), undoable: false }),
      )
    writeCursor(project, job, JSON.stringify(state))
  })
}

const cancelled = (): Fault => new Fault('cancelled', 'The work was cancelled.')

function stopIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled()
}

async function cancellable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw signal?.aborted ? cancelled() : error
  }
}
