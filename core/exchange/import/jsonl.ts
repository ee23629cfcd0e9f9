import { chooseColumns, type ColumnNames } from './columns.ts'
import type { ImportItem, ReaderOptions } from './item.ts'
import { readLines } from './lines.ts'

/** One JSON object a line, with a path and a caption or a list of them. The cursor is `byte:line`. */
export async function* readJsonl({ path, after, signal, ...wanted }: ReaderOptions): AsyncGenerator<ImportItem> {
  const [offset, line] = after ? (after.split(':').map(Number) as [number, number]) : [0, 0]
  let columns: ColumnNames | null = null
  for await (const { text, number, end } of readLines(path, { offset, line, signal })) {
    if (text.trim() === '') continue
    const at = { line: number, cursor: `${end}:${number}` }
    const row = parseRow(text)
    if (!row) {
      yield {
        ...at,
        path: '',
        captions: [],
        fault: {
          code: 'row-invalid',
          message: 'The line is not a JSON object.',
          hint: 'Each line must be one object with a path and a caption.',
        },
      }
      continue
    }
    columns ??= chooseColumns(Object.keys(row), wanted, path)
    yield { ...at, ...toItem(row, columns) }
  }
}

function parseRow(text: string): Record<string, unknown> | null {
  try {
    const row: unknown = JSON.parse(text)
    return row !== null && typeof row === 'object' && !Array.isArray(row) ? (row as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Picture and captions of one object. */
export function toItem(
  row: Record<string, unknown>,
  columns: ColumnNames,
): Pick<ImportItem, 'path' | 'captions' | 'fault'> {
  const path = row[columns.path]
  const value = row[columns.caption] ?? []
  const captions = Array.isArray(value) ? value : [value]
  if (typeof path !== 'string' || path === '' || !captions.every((caption) => typeof caption === 'string')) {
    const message = `“${columns.path}” must be a text, and “${columns.caption}” a text or a list of texts.`
    return { path: '', captions: [], fault: { code: 'row-invalid', message } }
  }
  return { path, captions: captions as string[] }
}
