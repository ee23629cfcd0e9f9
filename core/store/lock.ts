import Database from 'better-sqlite3'
import { join } from 'node:path'
import { Fault } from '../contract/index.ts'
import { storeFault } from './faults.ts'

/**
 * Holds the project for this process until the returned function is called. It is an open
 * exclusive transaction: the system releases it even after kill -9, so no stale lock remains.
 */
export function lockProject(folder: string): () => void {
  let db: Database.Database | undefined
  try {
    db = new Database(join(folder, 'lock.db'), { timeout: 0 })
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    const fault = storeFault(error, folder)
    if (fault.code !== 'project-locked') throw fault
    throw new Fault('project-locked', 'Another Winnow has this project open.', {
      subject: folder,
      hint: 'Close the other window or stop the other engine, then try again.',
      cause: error,
    })
  }
  const held = db
  return () => held.close()
}
