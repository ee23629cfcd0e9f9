import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Compiled programs on disk, by key. A file that is damaged, foreign or in use by others is a miss, never an error. */
export interface ExecutableCache {
  read(key: string): Promise<Uint8Array | null>
  write(key: string, bytes: Uint8Array): Promise<void>
  /** Forgets a program that could not be loaded. */
  drop(key: string): Promise<void>
  /** The key that was last noted under a name; null if there is none. Only a guess at what will be asked for. */
  noted(name: string): Promise<string | null>
  note(name: string, key: string): Promise<void>
}

const magic = Buffer.from('winnow-pjrt-1\n')
const suffix = '.pjrt'
const noteSuffix = '.latest'
const digestLength = 32

/** A cache in a folder of at most `limit` bytes; beyond it those go that were used longest ago. */
export function openCache(folder: string, limit: number): ExecutableCache {
  const pathOf = (key: string) => join(folder, key + suffix)
  return {
    async read(key) {
      const bytes = await readFile(pathOf(key)).catch(() => null)
      if (!bytes) return null
      const body = unpack(bytes)
      const now = new Date()
      await (body ? utimes(pathOf(key), now, now) : rm(pathOf(key), { force: true })).catch(() => undefined)
      return body
    },
    async write(key, bytes) {
      // A cache that can't be written (read-only home, full disk) only costs time.
      await save(folder, pathOf(key), pack(bytes)).catch(() => undefined)
      await trim(folder, limit).catch(() => undefined)
    },
    drop: (key) => rm(pathOf(key), { force: true }).catch(() => undefined),
    async noted(name) {
      const key = await readFile(join(folder, name + noteSuffix), 'utf8').catch(() => '')
      return /^[0-9a-f]{64}$/.test(key) ? key : null
    },
    note: (name, key) => save(folder, join(folder, name + noteSuffix), Buffer.from(key)).catch(() => undefined),
  }
}

/** The key of what a program depends on: its text, and everything that shaped the machine code. */
export function cacheKey(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex')
}

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

function pack(bytes: Uint8Array): Buffer {
  return Buffer.concat([magic, digestOf(bytes), bytes])
}

function unpack(bytes: Buffer): Uint8Array | null {
  const start = magic.length + digestLength
  if (bytes.length < start || !bytes.subarray(0, magic.length).equals(magic)) return null
  const body = bytes.subarray(start)
  return digestOf(body).equals(bytes.subarray(magic.length, start)) ? body : null
}

/** Writes under another name first, so that a reader never sees half a file. */
async function save(folder: string, path: string, bytes: Buffer) {
  await mkdir(folder, { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function trim(folder: string, limit: number) {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix))
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name))
      return { path: join(folder, name), size, mtimeMs }
    }),
  )
  files.sort((a, b) => b.mtimeMs - a.mtimeMs)
  let total = 0
  for (const { path, size } of files) {
    total += size
    if (total > limit) await rm(path, { force: true })
  }
}
