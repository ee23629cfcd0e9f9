import { Fault } from '../../contract/index.ts'

const pathNames = ['path', 'image', 'file_name', 'filename', 'file', 'image_path', 'filepath', 'image_file']
const captionNames = ['caption', 'captions', 'text', 'txt', 'sentence', 'description']

export interface ColumnNames {
  path: string
  caption: string
}

/** Which columns hold path and caption: the named ones, or the first with a usual name. Faults: columns-missing. */
export function chooseColumns(
  found: string[],
  wanted: { pathColumn?: string; captionColumn?: string },
  subject: string,
): ColumnNames {
  const path = choose(found, wanted.pathColumn, pathNames)
  const caption = choose(found, wanted.captionColumn, captionNames)
  if (path && caption) return { path, caption }
  const missing = [path ? null : (wanted.pathColumn ?? 'path'), caption ? null : (wanted.captionColumn ?? 'caption')]
    .filter(Boolean)
    .join(' and ')
  throw new Fault('columns-missing', `There is no column for ${missing}. Found: ${found.join(', ') || 'nothing'}.`, {
    subject,
    hint: 'Name the columns that hold the path of the picture and the caption.',
  })
}

function choose(found: string[], wanted: string | undefined, usual: string[]): string | undefined {
  if (wanted !== undefined) return found.find((name) => name === wanted)
  return usual.map((name) => found.find((column) => column.toLowerCase() === name)).find((name) => name !== undefined)
}
