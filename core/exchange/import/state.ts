/** Where an import is and what it did so far; saved with every batch, so that it can go on after anything. */
export interface ImportState {
  /** Cursor of the reader. */
  after: string | null
  done: number
  total: number | null
  pictures: number
  captions: number
  /** Items that changed nothing, as all of it was there already. */
  skipped: number
  changedPictures: number
  unreadable: number
  faults: number
  finished: boolean
}

/** The state an import starts with, or the saved one. */
export function readState(saved: string | null): ImportState {
  const start: ImportState = {
    after: null,
    done: 0,
    total: null,
    pictures: 0,
    captions: 0,
    skipped: 0,
    changedPictures: 0,
    unreadable: 0,
    faults: 0,
    finished: false,
  }
  return saved ? { ...start, ...(JSON.parse(saved) as Partial<ImportState>) } : start
}

export type ImportResult = Record<
  'pictures' | 'captions' | 'skipped' | 'changedPictures' | 'unreadable' | 'faults',
  number
>

/** The counts of a state, for the job's result. */
export function resultOf({
  pictures,
  captions,
  skipped,
  changedPictures,
  unreadable,
  faults,
}: ImportState): ImportResult {
  return { pictures, captions, skipped, changedPictures, unreadable, faults }
}
