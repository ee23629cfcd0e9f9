import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { asFault } from '../../contract/index.ts'
import { looksLikePicture } from '../../image/formats.ts'
import type { ImportItem, ReaderOptions } from './item.ts'

const sidecars = ['.txt', '.caption']
const longestSidecar = 1024 * 1024

/** Pictures of a folder and those below it, with the captions of same-named .txt or .caption files, one a line. */
export async function* readFolder({ path, after, signal }: ReaderOptions): AsyncGenerator<ImportItem> {
  for await (const { folder, name, names } of walk(path, after === null ? null : after.split('/'), signal)) {
    const file = [...folder, name].join('/')
    const { name: stem } = parse(name)
    const sidecar = sidecars.map((extension) => stem + extension).find((candidate) => names.has(candidate))
    const captions = sidecar ? await readSidecar(join(path, ...folder, sidecar)) : []
    yield { path: file, captions, line: null, cursor: file }
  }
}

/** How many pictures `readFolder` yields. */
export async function countFolder(path: string, signal?: AbortSignal): Promise<number> {
  let count = 0
  for await (const _ of walk(path, null, signal)) count++
  return count
}

interface Found {
  folder: string[]
  name: string
  names: Set<string>
}

/** Pictures in the order of their names, depth first; hidden entries are passed over, folders that are links not entered. */
async function* walk(
  root: string,
  after: string[] | null,
  signal?: AbortSignal,
  folder: string[] = [],
): AsyncGenerator<Found> {
  signal?.throwIfAborted()
  const entries = await list(join(root, ...folder))
  const names = new Set(entries.map(({ name }) => name))
  for (const entry of entries) {
    const order = after?.[0] === undefined ? 1 : compare(entry.name, after[0])
    if (order < 0 || entry.name.startsWith('.')) continue
    if (entry.isDirectory()) yield* walk(root, order === 0 ? after!.slice(1) : null, signal, [...folder, entry.name])
    else if (looksLikePicture(entry.name) && !(order === 0 && after!.length === 1))
      yield { folder, name: entry.name, names }
  }
}

async function list(path: string): Promise<Dirent[]> {
  try {
    return (await readdir(path, { withFileTypes: true })).sort((a, b) => compare(a.name, b.name))
  } catch (error) {
    throw asFault(error, path)
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Lines of a caption file. A file that can't be text comes back whole, for the importer to refuse. */
async function readSidecar(path: string): Promise<string[]> {
  if ((await stat(path)).size > longestSidecar) return ['\0']
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '')
  if (text.includes('\0') || text.includes('\ufffd')) return ['\0']
  const lines = text.split(/\r\n|[\n\r]/).filter((line) => line.trim() !== '')
  return lines.length > 0 ? lines : ['']
}
