import { asFault, Fault } from '../contract/index.ts'

const known: [prefix: string, code: string, message: string, hint: string][] = [
  [
    'SQLITE_FULL',
    'disk-full',
    'There is no space left on the disk.',
    'Free some space, then try again. Nothing saved so far is lost.',
  ],
  [
    'SQLITE_BUSY',
    'project-locked',
    'Another Winnow has this project open.',
    'Close the other window or stop the other engine, then try again.',
  ],
  ['SQLITE_CORRUPT', 'project-damaged', 'The project file is damaged.', 'Restore winnow.db from a backup.'],
  ['SQLITE_NOTADB', 'project-damaged', 'winnow.db is not a Winnow project file.', 'Choose another folder.'],
  [
    'SQLITE_READONLY',
    'not-permitted',
    'The project folder is read-only.',
    'Check its permissions, or choose another folder.',
  ],
  ['SQLITE_CANTOPEN', 'not-permitted', 'The project file cannot be opened.', 'Check the permissions of the folder.'],
  [
    'SQLITE_IOERR',
    'disk-error',
    'The disk failed while the project was read or written.',
    'Check the disk and the connection to it.',
  ],
]

/** Turns an error of the database into a Fault that says what to do; others pass through `asFault`. */
export function storeFault(error: unknown, subject?: string): Fault {
  const code = (error as { code?: unknown } | null)?.code
  if (!(error instanceof Fault) && typeof code === 'string') {
    const match = known.find(([prefix]) => code.startsWith(prefix))
    if (match) return new Fault(match[1], match[2], { subject, hint: match[3], cause: error })
  }
  return asFault(error, subject)
}
