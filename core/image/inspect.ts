import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { asFault, Fault, type FaultRecord } from '../contract/index.ts'
import type { Sharp } from 'sharp'
import { openPicture, pictureFault } from './decoder.ts'
import type { PictureFormat } from './formats.ts'

/** Longest file that is read. */
const maximumBytes = 512 * 1024 * 1024
const thumbnailSize = 320

/** What was found in a picture file. */
export interface Inspected {
  bytes: number
  width: number | null
  height: number | null
  format: PictureFormat | null
  /** SHA-256 of the file, in hex; null if it could not be read. */
  hash: string | null
  fault: FaultRecord | null
  /** WebP, at most 320 pixels wide and high; null if there is a fault. */
  thumbnail: Buffer | null
}

/**
 * Reads a picture once: hash, header, and a thumbnail, for which all of it must decode.
 * Never throws: what is wrong is in `fault`, with as much else as could be learnt.
 */
export async function inspectPicture(path: string, size: number): Promise<Inspected> {
  const found: Inspected = {
    bytes: size,
    width: null,
    height: null,
    format: null,
    hash: null,
    fault: null,
    thumbnail: null,
  }
  try {
    if (size > maximumBytes)
      throw new Fault('picture-too-large', 'The file is larger than 512 MB.', {
        subject: path,
        hint: 'Make it smaller, then import again.',
      })
    const bytes = await readFile(path)
    found.bytes = bytes.length
    found.hash = createHash('sha256').update(bytes).digest('hex')
    const { header, picture } = await openPicture(bytes, path)
    Object.assign(found, header)
    found.thumbnail = await makeThumbnail(picture, path)
  } catch (error) {
    found.fault = asFault(error, path).toJSON()
  }
  return found
}

/** A small WebP of an opened picture. Faults: picture-damaged, picture-too-slow. */
export async function makeThumbnail(picture: Sharp, subject: string): Promise<Buffer> {
  try {
    return await picture
      .resize(thumbnailSize, thumbnailSize, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 78, effort: 0 })
      .toBuffer()
  } catch (error) {
    throw pictureFault(error, subject)
  }
}
