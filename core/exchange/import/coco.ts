import { readFile, stat } from 'node:fs/promises'
import { asFault, Fault } from '../../contract/index.ts'
import { chooseColumns } from './columns.ts'
import type { ImportItem, ReaderOptions } from './item.ts'
import { toItem } from './jsonl.ts'

/** A JSON file is read whole; JSON Lines has no such limit. */
const longestFile = 400 * 1024 * 1024

interface Coco {
  images: { id: number | string; file_name: string }[]
  annotations: { image_id: number | string; caption: string }[]
}

/** COCO captions, or a JSON list of objects with path and caption. The cursor is the number of pictures (or rows) read. */
export async function* readCoco({ path, after, ...wanted }: ReaderOptions): AsyncGenerator<ImportItem> {
  const data = await parseFile(path)
  const items = Array.isArray(data) ? listItems(data, wanted, path) : cocoItems(asCoco(data, path))
  let count = 0
  const skip = after === null ? 0 : Number(after)
  for (const item of items) if (++count > skip) yield { ...item, line: count, cursor: String(count) }
}

async function parseFile(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path)
    if (size > longestFile)
      throw new Fault('file-too-large', 'The JSON file is larger than 400 MB.', {
        subject: path,
        hint: 'Convert it to JSON Lines.',
      })
    return JSON.parse((await readFile(path, 'utf8')).replace(/^\ufeff/, ''))
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Fault('table-invalid', `The file is not JSON: ${error.message}`, { subject: path, cause: error })
    throw asFault(error, path)
  }
}

function* listItems(rows: unknown[], wanted: { pathColumn?: string; captionColumn?: string }, subject: string) {
  const isRecord = (row: unknown): row is Record<string, unknown> =>
    row !== null && typeof row === 'object' && !Array.isArray(row)
  const columns = chooseColumns(Object.keys(rows.find(isRecord) ?? {}), wanted, subject)
  for (const row of rows) yield toItem(isRecord(row) ? row : {}, columns)
}

function asCoco(data: unknown, subject: string): Coco {
  const found = data !== null && typeof data === 'object' ? (data as Partial<Coco>) : {}
  if (Array.isArray(found.images) && Array.isArray(found.annotations)) return found as Coco
  throw new Fault(
    'columns-missing',
    `The file has no lists “images” and “annotations”. Found: ${Object.keys(found).join(', ') || 'nothing'}.`,
    {
      subject,
      hint: 'Choose a captions file, such as captions_train2017.json.',
    },
  )
}

function* cocoItems({ images, annotations }: Coco) {
  const captions = new Map<number | string, string[]>()
  for (const annotation of annotations) {
    if (typeof annotation?.caption !== 'string') continue
    const known = captions.get(annotation.image_id)
    if (known) known.push(annotation.caption)
    else captions.set(annotation.image_id, [annotation.caption])
  }
  const columns = { path: 'file_name', caption: 'captions' }
  for (const image of images)
    yield toItem({ file_name: image?.file_name, captions: captions.get(image?.id) ?? [] }, columns)
}
