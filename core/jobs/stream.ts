import type { JobEvent } from '../contract/index.ts'

const terminal = new Set<JobEvent['kind']>(['finished', 'cancelled', 'failed'])

export function isTerminal(event: JobEvent): boolean {
  return terminal.has(event.kind)
}

/** Something that wakes those who wait for it. */
export interface Bell {
  ring(): void
  wait(signal: AbortSignal): Promise<void>
  readonly waiting: number
}

export function createBell(): Bell {
  const sleepers = new Set<() => void>()
  return {
    ring() {
      for (const wake of [...sleepers]) wake()
    },
    wait: (signal) =>
      new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        if (signal.aborted) return resolve()
        sleepers.add(wake)
        signal.addEventListener('abort', wake)
      }),
    get waiting() {
      return sleepers.size
    },
  }
}

/**
 * Lets an endless generator be left at once.
 * Subtle: return() of a generator that waits is queued until it wakes, so a closed window would leave it waiting for ever.
 */
export function leavable<T>(
  walk: (signal: AbortSignal) => AsyncGenerator<T, void>,
  signal?: AbortSignal,
): AsyncGenerator<T, void> {
  const left = new AbortController()
  const generator = walk(signal ? AbortSignal.any([signal, left.signal]) : left.signal)
  const end = generator.return.bind(generator)
  generator.return = (value) => {
    left.abort()
    return end(value)
  }
  return generator
}

export interface FollowOptions {
  /** Kept events after a number, in order; a page of them. */
  read: (after: number) => JobEvent[]
  bell: Bell
  after: number
  /** True once no further event can come. */
  over: () => boolean
  signal?: AbortSignal
}

/** Kept events after a number, then live ones until the terminal one, the signal, or return(). */
export function follow({ read, bell, after, over, signal }: FollowOptions): AsyncGenerator<JobEvent, void> {
  async function* walk(inner: AbortSignal): AsyncGenerator<JobEvent, void> {
    let seen = after
    while (!inner.aborted) {
      const events = read(seen)
      for (const event of events) {
        seen = event.sequence
        yield event
        if (isTerminal(event)) return
      }
      if (events.length > 0) continue
      if (over()) return
      await bell.wait(inner)
    }
  }
  return leavable(walk, signal)
}
