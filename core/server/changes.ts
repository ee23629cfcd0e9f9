import { createBell, leavable } from '../jobs/stream.ts'

export type What = 'pairs' | 'jobs' | 'runs' | 'checkpoints' | 'history' | 'project'

export interface Changes {
  tell(what: What): void
  /** One line for each subject that changed since the last one, until the signal or return(). */
  follow(signal?: AbortSignal): AsyncGenerator<{ what: What }, void>
  close(): void
  /** Windows that listen now. */
  readonly followers: number
}

/** Tells every open window what has changed. A slow window gets each subject once, not a backlog. */
export function createChanges(): Changes {
  const bell = createBell()
  const unseen = new Set<Set<What>>()
  let closed = false

  async function* walk(signal: AbortSignal) {
    const mine = new Set<What>()
    unseen.add(mine)
    try {
      while (!closed && !signal.aborted) {
        const [what] = mine
        if (what === undefined) await bell.wait(signal)
        else {
          mine.delete(what)
          yield { what }
        }
      }
    } finally {
      unseen.delete(mine)
    }
  }

  return {
    tell(what) {
      for (const set of unseen) set.add(what)
      bell.ring()
    },
    follow: (signal) => leavable(walk, signal),
    get followers() {
      return unseen.size
    },
    close() {
      closed = true
      bell.ring()
    },
  }
}
