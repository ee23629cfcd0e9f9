import { existsSync, readdirSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { Fault } from '../../contract/index.ts'
import type { UsablePair } from '../../store/selection.ts'

/** A picture with the captions that go out with it. */
export interface ExportPicture {
  sampleId: number
  source: string
  /** Path in the export (with /), or the absolute path where pictures are not copied. */
  target: string
  width: number
  height: number
  bytes: number
  captions: string[]
}

/** Gathers pairs, which come by picture, into pictures. */
export function* byPicture(
  pairs: Iterable<UsablePair>,
  targetOf: (pair: UsablePair) => string,
): Generator<ExportPicture> {
  let picture = null as ExportPicture | null
  for (const pair of pairs) {
    if (picture?.sampleId !== pair.sampleId) {
      if (picture) yield picture
      const { sampleId, path: source, width, height, bytes } = pair
      picture = { sampleId, source, target: targetOf(pair), width, height, bytes, captions: [] }
    }
    picture.captions.push(pair.text)
  }
  if (picture) yield picture
}

/** Names pictures after their file; one whose stem was used before gets the picture's number added. */
export function uniqueNames(folder: string): (pair: UsablePair) => string {
  const used = new Set<string>()
  return ({ path, sampleId }) => {
    const extension = extname(path)
    let stem = basename(path, extension)
    // Subtle: many file systems hold A and a for the same name, and sidecars share the stem.
    if (used.has(stem.toLowerCase())) stem = `${stem}-${sampleId}`
    while (used.has(stem.toLowerCase())) stem += '_'
    used.add(stem.toLowerCase())
    return `${folder}${stem}${extension}`
  }
}

/** Why nothing can be written to this folder, or null. A folder that isn't there, or is empty, is fine. */
export function folderProblem(folder: string): Fault | null {
  if (!existsSync(folder)) return null
  try {
    if (readdirSync(folder).length === 0) return null
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOTDIR') throw error
  }
  return new Fault('folder-not-empty', 'The folder to export to is not empty.', {
    subject: folder,
    hint: 'Choose a new or empty folder; nothing is overwritten.',
  })
}
