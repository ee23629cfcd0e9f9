import { constants } from 'node:fs'
import { copyFile, mkdir, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { asFault, Fault, type SpecOf } from '../../contract/index.ts'
import { parseQuery } from '../../curate/query/parse.ts'
import { inParallel } from '../../image/parallel.ts'
import { freshFolder, publish, syncFolder, writeFileDurably } from '../../store/files.ts'
import type { Project } from '../../store/project.ts'
import { readUsable, selectUsable } from '../../store/selection.ts'
import type { WorkOptions } from '../import/import.ts'
import { writeCoco, writeCsv, writeJsonl, type Writer } from './formats.ts'
import { byPicture, folderProblem, uniqueNames, type ExportPicture } from './selection.ts'

type ExportSpec = SpecOf<'export-dataset'>

export interface ExportResult {
  folder: string
  pairs: number
  pictures: number
  /** Bytes of the pictures copied. */
  bytes: number
}

const files: Record<Exclude<ExportSpec['format'], 'sidecar'>, [name: string, writer: Writer]> = {
  jsonl: ['captions.jsonl', writeJsonl],
  csv: ['captions.csv', writeCsv],
  coco: ['captions.json', writeCoco],
}

/**
 * Exports the usable pairs of a selection (see selectUsable) to a new or empty folder, which is
 * there whole at the end or not at all. Faults: folder-not-empty, nothing-to-export, query-invalid,
 * picture-missing, disk-full, cancelled.
 */
export async function exportDataset(
  project: Project,
  spec: ExportSpec,
  { signal, onProgress }: WorkOptions = {},
): Promise<ExportResult> {
  const folder = resolve(spec.folder)
  const problem = folderProblem(folder)
  if (problem) throw problem
  const pictures = selectPictures(project, spec)
  const counts = countOf(pictures(), copies(spec))
  if (counts.pictures === 0) throw nothingToExport()
  const partial = join(dirname(folder), `.${basename(folder)}.winnow-partial`)
  try {
    await freshFolder(partial)
    if (copies(spec))
      await copyPictures(pictures(), partial, {
        sidecars: spec.format === 'sidecar',
        total: counts.pictures,
        signal,
        onProgress,
      })
    stopIf(signal)
    if (spec.format !== 'sidecar') {
      const [name, write] = files[spec.format]
      await writeFileDurably(join(partial, name), write(pictures()))
    }
    await syncFolder(partial)
    stopIf(signal)
    await rmdir(folder).catch(() => undefined)
    await publish(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    throw asFault(error, folder)
  }
  return { folder, ...counts }
}

const copies = ({ format, copyPictures }: ExportSpec): boolean => format === 'sidecar' || copyPictures

/** Fixes the selection; what it returns reads the pictures, the same each time. */
function selectPictures(project: Project, spec: ExportSpec): () => Generator<ExportPicture> {
  const { ids } = selectUsable(project.db, parseQuery(spec.query.text))
  return () => {
    const name = uniqueNames(spec.format === 'sidecar' ? '' : 'images/')
    return byPicture(readUsable(project.db, ids), (pair) => (copies(spec) ? name(pair) : pair.path))
  }
}

function countOf(pictures: Iterable<ExportPicture>, isCopied: boolean): Omit<ExportResult, 'folder'> {
  const counts = { pairs: 0, pictures: 0, bytes: 0 }
  for (const { captions, bytes } of pictures) {
    counts.pairs += captions.length
    counts.pictures++
    if (isCopied) counts.bytes += bytes
  }
  return counts
}

/** Copies pictures, several at a time; with `sidecars`, each with its captions beside it, one a line. */
async function copyPictures(
  pictures: Generator<ExportPicture>,
  folder: string,
  { sidecars, total, signal, onProgress }: WorkOptions & { sidecars: boolean; total: number },
): Promise<void> {
  if (!sidecars) await mkdir(join(folder, 'images'))
  let done = 0
  await inParallel(pictures, async (picture) => {
    stopIf(signal)
    await copyPicture(picture, folder)
    if (sidecars) await writeSidecar(picture, folder)
    onProgress?.({ stage: 'copying', done: ++done, total, faults: 0 })
  })
}

async function copyPicture({ source, target }: ExportPicture, folder: string): Promise<void> {
  try {
    await copyFile(source, join(folder, target), constants.COPYFILE_FICLONE)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw asFault(error, source)
    throw new Fault('picture-missing', 'A picture is no longer where it was imported from.', {
      subject: source,
      hint: 'Put it back, or leave it out by a query.',
      cause: error,
    })
  }
}

function writeSidecar({ target, captions }: ExportPicture, folder: string): Promise<void> {
  const path = join(folder, `${target.slice(0, target.length - extname(target).length)}.txt`)
  return writeFile(path, `${captions.join('\n')}\n`)
}

const nothingToExport = () =>
  new Fault('nothing-to-export', 'The selection has no readable picture with a caption.', {
    hint: 'Widen the query; rejected pairs are left out unless it asks for them.',
  })

/** What an export would write, and what is in the way. Faults: query-invalid. */
export async function previewExport(
  project: Project,
  spec: ExportSpec,
): Promise<Omit<ExportResult, 'folder'> & { problems: { code: string; message: string; hint?: string }[] }> {
  const counts = countOf(selectPictures(project, spec)(), copies(spec))
  const folder = resolve(spec.folder)
  const problems = [
    folderProblem(folder),
    counts.pictures === 0 ? nothingToExport() : null,
    await spaceProblem(folder, counts.bytes),
  ]
  return {
    ...counts,
    problems: problems.flatMap((fault) =>
      fault ? [{ code: fault.code, message: fault.message, hint: fault.hint }] : [],
    ),
  }
}

async function spaceProblem(folder: string, bytes: number): Promise<Fault | null> {
  let parent = folder
  while (parent !== dirname(parent) && !(await stat(parent).catch(() => null))) parent = dirname(parent)
  const disk = await statfs(parent).catch(() => null)
  if (!disk || disk.bavail * disk.bsize > bytes) return null
  return new Fault('disk-full', 'There is not enough space on the disk for the pictures.', {
    hint: 'Free some space, or export without copying pictures.',
  })
}

function stopIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Fault('cancelled', 'The work was cancelled.')
}
