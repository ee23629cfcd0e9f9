import { shallowRef, type ShallowRef } from 'vue'
import { isAbort } from '../client/faults.ts'

export interface PageSourceOptions<Row> {
  count: number
  /** Rows at positions from (inclusive) to `to` (exclusive). */
  fetchRows: (from: number, to: number, signal: AbortSignal) => Promise<Row[]>
  onError: (error: unknown) => void
  pageSize?: number
  maxPages?: number
  maxInFlight?: number
}

export interface PageSource<Row> {
  readonly count: number
  /** Rises whenever a row may have changed. */
  readonly version: ShallowRef<number>
  get(index: number): Row | undefined
  /** Declares what is on screen; whatever else was asked for and has not been sent is dropped. */
  want(from: number, to: number): void
  /** Resolves with the row, fetching its page when it isn't there. */
  load(index: number): Promise<Row | undefined>
  /** Replaces loaded rows that `change` returns something else for. */
  patch(change: (row: Row) => Row): void
  /** Marks all rows old: they stay on screen and are fetched anew when wanted. */
  invalidate(): void
  dispose(): void
}

/**
 * Rows of a long list by page: the least recently used page goes first, the newest wish is served first,
 * and requests for what has left the screen are given up.
 */
export function createPageSource<Row>(options: PageSourceOptions<Row>): PageSource<Row> {
  const { count, fetchRows, onError, pageSize = 100, maxPages = 60, maxInFlight = 4 } = options
  const pages = new Map<number, { rows: Row[]; stale: boolean }>()
  const inFlight = new Map<number, { controller: AbortController; done: Promise<void>; awaited: boolean }>()
  const version = shallowRef(0)
  const lastPage = Math.max(0, Math.ceil(count / pageSize) - 1)
  let queue: number[] = []
  let generation = 0
  let disposed = false

  const pageOf = (index: number) => Math.floor(index / pageSize)
  const fresh = (page: number) => pages.get(page)?.stale === false

  function touch(page: number): void {
    const held = pages.get(page)
    if (!held) return
    pages.delete(page)
    pages.set(page, held)
  }

  function start(page: number, awaited = false): Promise<void> {
    const controller = new AbortController()
    const started = generation
    const from = page * pageSize
    const done = fetchRows(from, Math.min(count, from + pageSize), controller.signal)
      .then((rows) => {
        if (disposed || controller.signal.aborted) return
        pages.delete(page)
        pages.set(page, { rows, stale: started !== generation })
        while (pages.size > maxPages) pages.delete(pages.keys().next().value!)
        version.value++
      })
      .catch((error: unknown) => {
        if (!disposed && !isAbort(error) && !controller.signal.aborted) onError(error)
      })
      .finally(() => {
        if (inFlight.get(page)?.controller === controller) inFlight.delete(page)
        pump()
      })
    inFlight.set(page, { controller, done, awaited })
    return done
  }

  function pump(): void {
    while (!disposed && inFlight.size < maxInFlight && queue.length > 0) void start(queue.shift()!)
  }

  return {
    count,
    version,
    get: (index) => pages.get(pageOf(index))?.rows[index % pageSize],
    want(from, to) {
      if (count === 0) return
      const first = Math.max(0, pageOf(from))
      const last = Math.min(lastPage, pageOf(Math.max(from, to - 1)))
      const wanted: number[] = []
      for (let page = first; page <= last; page++) {
        touch(page)
        if (!fresh(page) && !inFlight.has(page)) wanted.push(page)
      }
      for (const [page, request] of inFlight) {
        if (!request.awaited && (page < first || page > last)) {
          request.controller.abort()
          inFlight.delete(page)
        }
      }
      queue = wanted
      pump()
    },
    async load(index) {
      const page = pageOf(index)
      if (index < 0 || index >= count) return undefined
      if (pages.has(page)) return pages.get(page)!.rows[index % pageSize]
      const request = inFlight.get(page)
      if (request) request.awaited = true
      await (request?.done ?? start(page, true))
      return pages.get(page)?.rows[index % pageSize]
    },
    patch(change) {
      for (const held of pages.values()) held.rows = held.rows.map(change)
      version.value++
    },
    invalidate() {
      generation++
      for (const held of pages.values()) held.stale = true
      version.value++
    },
    dispose() {
      disposed = true
      queue = []
      for (const request of inFlight.values()) request.controller.abort()
    },
  }
}
