import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { asFault } from '../contract/index.ts'
import type { Pixels } from './compose.ts'

/**
 * Writes RGB (3 bytes per pixel) as a PNG file: whole under its name, or not there. Folders are made.
 * Faults: disk-full, not-permitted.
 */
export async function writePng(file: string, { data, width, height }: Pixels): Promise<void> {
  const temporary = join(dirname(file), `.${randomUUID()}.writing`)
  try {
    await mkdir(dirname(file), { recursive: true })
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(temporary)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw asFault(error, file)
  }
}
