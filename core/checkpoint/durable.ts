import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Fills a folder under a temporary name, waits until it is on the disk, and only then gives it its name: a folder of
 * that name is whole or absent. An older one is replaced; leftovers of an interrupted write are removed.
 * @param fill writes into the folder it is given; files must be synced by it
 */
export async function writeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const parent = dirname(folder)
  await mkdir(parent, { recursive: true })
  await removeLeftovers(folder)
  const temporary = join(parent, `.${basename(folder)}.writing-${process.pid}`)
  const replaced = join(parent, `.${basename(folder)}.replaced-${process.pid}`)
  try {
    await mkdir(temporary)
    await fill(temporary)
    await syncFolder(temporary)
    await rename(folder, replaced).catch(ignoreMissing)
    await rename(temporary, folder)
    await syncFolder(parent)
  } finally {
    await rm(temporary, { recursive: true, force: true })
    await rm(replaced, { recursive: true, force: true })
  }
}

/** Writes text and waits until it is on the disk. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A file's size and SHA-256, read in pieces. */
export async function fingerprint(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of createReadStream(path, { highWaterMark: 4 * 2 ** 20 })) {
    hash.update(piece)
    size += piece.length
  }
  return { size, sha256: hash.digest('hex') }
}

async function removeLeftovers(folder: string): Promise<void> {
  const start = `.${basename(folder)}.`
  for (const name of await readdir(dirname(folder))) {
    const isLeftover = name.startsWith(`${start}writing-`) || name.startsWith(`${start}replaced-`)
    if (isLeftover) await rm(join(dirname(folder), name), { recursive: true, force: true })
  }
}

/** Makes names in a folder durable. Windows can't open folders, and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
