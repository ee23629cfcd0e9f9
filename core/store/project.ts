import { existsSync, mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Fault, type ProjectSummary } from '../contract/index.ts'
import { openColumns, type Columns } from './columns.ts'
import { get, number, openDatabase, run, type Db } from './database.ts'
import { storeFault } from './faults.ts'
import { lockProject } from './lock.ts'
import { migrate } from './migrations/index.ts'
import { openThumbs, type Thumbs } from './thumbs.ts'

/** An open project. Rooms below core/store pass it on and don't look inside. */
export interface Project {
  readonly folder: string
  readonly db: Db
  readonly thumbs: Thumbs
  readonly columns: Columns
  close(): void
}

export interface OpenOptions {
  /** Make the folder a project if it isn't one. */
  create?: boolean
  /** Shown name of a new project; the folder's name if left out. */
  name?: string
  /** Marks a new project as the sample project. */
  sample?: boolean
}

/**
 * Opens a project folder and holds it for this process.
 * Faults: not-a-project, project-locked, project-newer, project-damaged, not-permitted, disk-full.
 */
export function openProject(folder: string, { create = false, name, sample = false }: OpenOptions = {}): Project {
  const root = resolve(folder)
  const isNew = !existsSync(join(root, 'winnow.db'))
  if (isNew && !create) {
    throw new Fault('not-a-project', 'This folder holds no Winnow project.', {
      subject: root,
      hint: 'Create a project there, or choose another folder.',
    })
  }
  let unlock: (() => void) | undefined
  let db: Db | undefined
  try {
    for (const part of ['', 'thumbs', 'runs', 'snapshots']) mkdirSync(join(root, part), { recursive: true })
    unlock = lockProject(root)
    db = openDatabase(join(root, 'winnow.db'))
    migrate(db, root)
    if (!setting(db, 'createdAt')) describe(db, name ?? basename(root), sample)
    return assemble(root, db, unlock)
  } catch (error) {
    db?.close()
    unlock?.()
    throw storeFault(error, root)
  }
}

function assemble(folder: string, db: Db, unlock: () => void): Project {
  const thumbs = openThumbs(join(folder, 'thumbs', 'thumbs.db'))
  function close(): void {
    thumbs.close()
    db.close()
    unlock()
  }
  return { folder, db, thumbs, columns: openColumns(db), close }
}

function describe(db: Db, name: string, sample: boolean): void {
  const put = (key: string, value: string) => run(db, 'INSERT INTO setting VALUES (?, ?)', key, value)
  put('name', name)
  put('sample', sample ? '1' : '0')
  put('createdAt', new Date().toISOString())
}

const setting = (db: Db, key: string) =>
  get<{ value: string }>(db, 'SELECT value FROM setting WHERE key = ?', key)?.value

/** What the title bar shows. Captions count those that are live and have text. */
export function summarize({ folder, db }: Project): ProjectSummary {
  const missing = number(db, 'SELECT count(*) FROM caption WHERE chars = 0 AND superseded_by IS NULL')
  return {
    folder,
    name: setting(db, 'name') ?? basename(folder),
    sample: setting(db, 'sample') === '1',
    pictures: number(db, 'SELECT count(*) FROM sample'),
    captions: number(db, 'SELECT count(*) FROM caption WHERE superseded_by IS NULL') - missing,
    unreadable: number(db, 'SELECT count(*) FROM sample WHERE fault IS NOT NULL'),
    createdAt: setting(db, 'createdAt') ?? '',
  }
}
