import { stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { asFault, Fault, type SpecOf } from '../../contract/index.ts'
import { readCoco } from './coco.ts'
import { readCsv, readTsv } from './csv.ts'
import { countFolder, readFolder } from './folder.ts'
import type { Reader, ReaderOptions } from './item.ts'
import { readJsonl } from './jsonl.ts'

type ImportSpec = SpecOf<'import'>
type Format = Exclude<ImportSpec['format'], 'auto'>

export interface Source {
  read: Reader
  /** How many items `read` yields. Reading is cheap beside looking at the pictures; a table that can't be read shows here, before anything is stored. */
  count(options: ReaderOptions): Promise<number>
  /** Where relative paths start. */
  root: string
}

const byExtension: Record<string, Format> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'coco',
}
const readers: Record<Format, Reader> = {
  folder: readFolder,
  csv: readCsv,
  tsv: readTsv,
  jsonl: readJsonl,
  coco: readCoco,
}

/** Finds out how to read what an import names. Faults: not-found, format-unknown. */
export async function openSource({ path, format, root }: ImportSpec): Promise<Source> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw asFault(error, path)
    },
  )
  const chosen = format === 'auto' ? guess(path, isFolder) : format
  if (isFolder !== (chosen === 'folder')) {
    throw new Fault('format-unknown', isFolder ? 'This is a folder, not a file.' : 'This is a file, not a folder.', {
      subject: path,
      hint: 'Choose another format, or “auto”.',
    })
  }
  const read = readers[chosen]
  async function count(options: ReaderOptions): Promise<number> {
    if (chosen === 'folder') return countFolder(path, options.signal)
    let items = 0
    for await (const _ of read(options)) items++
    return items
  }
  return { read, count, root: root ?? (isFolder ? path : dirname(path)) }
}

function guess(path: string, isFolder: boolean): Format {
  const format = isFolder ? 'folder' : byExtension[extname(path).toLowerCase()]
  if (format) return format
  throw new Fault('format-unknown', 'The kind of this file is not known by its name.', {
    subject: path,
    hint: 'Choose a CSV, TSV, JSONL or COCO captions JSON file, or say which it is.',
  })
}
