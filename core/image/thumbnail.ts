import { readFile } from 'node:fs/promises'
import { asFault, Fault } from '../contract/index.ts'
import type { Project } from '../store/project.ts'
import { sampleById, type SampleRow } from '../store/samples.ts'
import { parseJson } from '../store/codes.ts'
import { openPicture, pictureFault } from './decoder.ts'
import { isDisplayable, mediaType, type PictureFormat } from './formats.ts'
import { makeThumbnail } from './inspect.ts'

/** The small picture of the grid, made anew if it was lost. Faults: not-found, and the picture's own. */
export async function thumbnail(project: Project, sampleId: number): Promise<{ bytes: Buffer; type: string }> {
  const sample = findSample(project, sampleId)
  const kept = sample.hash ? project.thumbs.read(sample.hash) : null
  if (kept) return { bytes: kept, type: 'image/webp' }
  const { picture } = await openPicture(await readBytes(sample.path), sample.path)
  const bytes = await makeThumbnail(picture, sample.path)
  if (sample.hash) project.thumbs.write([{ hash: sample.hash, bytes }])
  return { bytes, type: 'image/webp' }
}

/** The whole picture: its file where browsers show it as it is, else its bytes as WebP. Faults: not-found, and the picture's own. */
export async function picture(
  project: Project,
  sampleId: number,
): Promise<{ type: string; path: string } | { type: string; bytes: Buffer }> {
  const sample = findSample(project, sampleId)
  if (isDisplayable(sample.format)) return { type: mediaType(sample.format as PictureFormat), path: sample.path }
  const opened = await openPicture(await readBytes(sample.path), sample.path)
  try {
    return { type: 'image/webp', bytes: await opened.picture.webp({ quality: 90, effort: 1 }).toBuffer() }
  } catch (error) {
    throw pictureFault(error, sample.path)
  }
}

function findSample(project: Project, id: number): SampleRow {
  const sample = sampleById(project.db, id)
  if (!sample) throw new Fault('not-found', 'There is no such picture.', { subject: String(id) })
  const fault = parseJson<{ code: string; message: string; hint?: string }>(sample.fault)
  if (fault) throw new Fault(fault.code, fault.message, { subject: sample.path, hint: fault.hint })
  return sample
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw asFault(error, path)
  }
}
