import { all, run, transaction } from './database.ts'
import type { Project } from './project.ts'

/** What the window remembers for this project. */
export function readMemory({ db }: Project): Record<string, unknown> {
  const rows = all<{ key: string; value: string }>(db, 'SELECT key, value FROM memory')
  return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value)]))
}

/** Remembers each entry; null forgets one. Entries not named stay. */
export function writeMemory({ db }: Project, entries: Record<string, unknown>): void {
  transaction(
    db,
    () => {
      for (const [key, value] of Object.entries(entries)) {
        if (value === null || value === undefined) run(db, 'DELETE FROM memory WHERE key = ?', key)
        else run(db, 'INSERT OR REPLACE INTO memory VALUES (?, ?)', key, JSON.stringify(value))
      }
    },
    'normal',
  )
}
