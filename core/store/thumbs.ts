import { openDatabase, prepare, transaction } from './database.ts'

/** Thumbnails by content hash, in a file of their own that can be deleted and rebuilt. */
export interface Thumbs {
  read(hash: string): Buffer | null
  write(thumbnails: { hash: string; bytes: Uint8Array }[]): void
  close(): void
}

/** Opens (or makes) the thumbnail file. */
export function openThumbs(path: string): Thumbs {
  const db = openDatabase(path)
  db.exec('CREATE TABLE IF NOT EXISTS thumbnail (hash TEXT PRIMARY KEY, bytes BLOB NOT NULL)')
  return {
    read: (hash) =>
      (prepare(db, 'SELECT bytes FROM thumbnail WHERE hash = ?').pluck().get(hash) as Buffer | undefined) ?? null,
    write(thumbnails) {
      const insert = prepare(db, 'INSERT OR REPLACE INTO thumbnail VALUES (?, ?)')
      transaction(db, () => thumbnails.forEach(({ hash, bytes }) => insert.run(hash, bytes)), 'normal')
    },
    close: () => void db.close(),
  }
}
