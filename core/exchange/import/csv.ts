import { parse } from 'csv-parse'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { asFault, Fault } from '../../contract/index.ts'
import { chooseColumns, type ColumnNames } from './columns.ts'
import type { ImportItem, Reader, ReaderOptions } from './item.ts'

const longestRecord = 1024 * 1024

interface Parsed {
  record: string[]
  info: { lines: number }
}

/** Comma-separated values with a header. The cursor is the number of records read. */
export const readCsv: Reader = (options) => readTable(options, { delimiter: ',', quote: '"', relax_quotes: true })

/** Tab-separated values with a header. A quote is a quote only around a whole field, as captions hold stray ones. */
export const readTsv: Reader = (options) => readTable(options, { delimiter: '\t', quote: null })

async function* readTable(
  { path, after, signal, ...wanted }: ReaderOptions,
  dialect: { delimiter: string; quote: string | null; relax_quotes?: boolean },
): AsyncGenerator<ImportItem> {
  const skip = after === null ? 0 : Number(after)
  const parser = parse({
    ...dialect,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  })
  const source = createReadStream(path, { highWaterMark: 1 << 18, signal })
  pipeline(source, parser).catch((error: unknown) => parser.destroy(error as Error))
  let columns: { path: number; caption: number } | null = null
  let count = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      const row = dialect.quote === null ? record.map(unquote) : record
      if (!columns) {
        columns = findColumns(row, wanted, path)
        continue
      }
      if (++count <= skip) continue
      yield {
        path: row[columns.path] ?? '',
        captions: [row[columns.caption] ?? ''],
        line: info.lines,
        cursor: String(count),
        fault: missingPath(row[columns.path]),
      }
    }
  } catch (error) {
    throw tableFault(error, path)
  } finally {
    source.destroy()
  }
  if (!columns)
    throw new Fault('columns-missing', 'The file is empty.', {
      subject: path,
      hint: 'The first line must name the columns.',
    })
}

function findColumns(header: string[], wanted: { pathColumn?: string; captionColumn?: string }, subject: string) {
  const names: ColumnNames = chooseColumns(header, wanted, subject)
  return { path: header.indexOf(names.path), caption: header.indexOf(names.caption) }
}

const missingPath = (path: string | undefined) =>
  path ? undefined : { code: 'row-invalid', message: 'The row has no path.' }

function unquote(field: string): string {
  return field.length > 1 && field.startsWith('"') && field.endsWith('"')
    ? field.slice(1, -1).replaceAll('""', '"')
    : field
}

function tableFault(error: unknown, path: string): Fault {
  const code = (error as { code?: string }).code
  if (typeof code === 'string' && code.startsWith('CSV_')) {
    return new Fault('table-invalid', `The table can't be read: ${(error as Error).message}`, {
      subject: path,
      hint: 'Look for a quote that is not closed, or export the file again.',
      cause: error,
    })
  }
  return asFault(error, path)
}
