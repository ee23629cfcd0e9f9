import type { Decision, Pair } from '../../core/contract/index.ts'

interface Pending {
  decision: Decision
  /** When the engine acknowledged it, on this object's own clock; null until then. */
  settledAt: number | null
}

/**
 * Decisions that pages fetched before their acknowledgement may not know yet.
 * They are laid over such pages, so that a late answer never takes a decision off the screen.
 */
export function createPendingDecisions() {
  const pending = new Map<number, Pending>()
  let clock = 0

  return {
    /** Time to hand to `lay` with what is fetched from now on. */
    now: () => ++clock,
    begin(captionId: number, decision: Decision): Pending {
      const entry: Pending = { decision, settledAt: null }
      pending.set(captionId, entry)
      return entry
    },
    settle(entry: Pending): void {
      entry.settledAt = ++clock
    },
    /** Takes a decision back that the engine refused. */
    drop(captionId: number, entry: Pending): void {
      if (pending.get(captionId) === entry) pending.delete(captionId)
    },
    /** Forgets all that is settled, for instance after an undo changed it. */
    forgetSettled(): void {
      for (const [captionId, entry] of pending) if (entry.settledAt !== null) pending.delete(captionId)
    },
    /** The row as it is to be shown, when its page was asked for at `askedAt`. */
    lay(row: Pair, askedAt: number): Pair {
      const entry = pending.get(row.captionId)
      if (!entry) return row
      if (entry.settledAt !== null && entry.settledAt <= askedAt) {
        pending.delete(row.captionId)
        return row
      }
      return { ...row, decision: entry.decision, decidedBy: 'human' }
    },
    isUnsettled: (captionId: number) => pending.get(captionId)?.settledAt === null,
  }
}
export type PendingDecisions = ReturnType<typeof createPendingDecisions>
