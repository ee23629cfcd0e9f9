import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asFault } from '../contract/index.ts'

const blockSize = 1 << 18

export interface Written {
  bytes: number
  /** SHA-256 of the content, in hex. */
  hash: string
}

/** Writes text to a new file piece by piece and puts it on the disk. Faults: disk-full, not-permitted. */
export async function writeFileDurably(
  path: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<Written> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    const file = await open(path, 'w')
    try {
      for await (const block of blocks(pieces)) {
        hash.update(block)
        bytes += block.length
        await file.writeFile(block)
      }
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw asFault(error, path)
  }
  return { bytes, hash: hash.digest('hex') }
}

async function* blocks(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Buffer> {
  let gathered = ''
  for await (const piece of pieces) {
    gathered += piece
    if (gathered.length < blockSize) continue
    yield Buffer.from(gathered)
    gathered = ''
  }
  if (gathered !== '') yield Buffer.from(gathered)
}

/** Moves a finished file or folder to its name, so that it is there whole or not at all, even after a power cut. */
export async function publish(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
    await syncFolder(dirname(to))
  } catch (error) {
    throw asFault(error, to)
  }
}

/** Makes the names in a folder durable; a system that can't do this for folders is let off. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** An empty folder at this path, whatever was there. */
export async function freshFolder(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw asFault(error, path)
  }
}
