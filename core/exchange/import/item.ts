import type { FaultRecord } from '../../contract/index.ts'

/** What a reader finds: a picture with captions, or a row that can't be used. */
export interface ImportItem {
  /** As written in the file; the importer makes it absolute and checks it. */
  path: string
  /** As written; cleaned and checked by the importer. */
  captions: string[]
  /** Line or record in the file, from 1; null for folders. */
  line: number | null
  /** Where to go on after this item. */
  cursor: string
  fault?: FaultRecord
}

export interface ReaderOptions {
  path: string
  /** Go on after the item with this cursor. */
  after: string | null
  signal?: AbortSignal
  pathColumn?: string
  captionColumn?: string
}

/** Items of one source in a fixed order. Throws Faults for a source that can't be read at all. */
export type Reader = (options: ReaderOptions) => AsyncGenerator<ImportItem>
