/** Seconds over which a rate is smoothed. */
const windowSeconds = 8

export interface RateMeter {
  /** Takes the count at a moment (milliseconds); returns items a second over the last seconds, null until known. */
  sample(done: number, atMs: number): number | null
}

/**
 * Measures how fast a count grows. Only the last seconds count, so that a slow start (loading a model)
 * or a resumed count doesn't spoil the estimate.
 */
export function rateMeter(): RateMeter {
  const points: { done: number; atMs: number }[] = []
  return {
    sample(done, atMs) {
      points.push({ done, atMs })
      while (points.length > 2 && points[1]!.atMs < atMs - windowSeconds * 1000) points.shift()
      const first = points[0]!
      const seconds = (atMs - first.atMs) / 1000
      return seconds < 0.2 ? null : (done - first.done) / seconds
    },
  }
}

/** Seconds that are left at this rate, or null where it can't be said. */
export function secondsLeft(done: number, total: number | null, rate: number | null): number | null {
  if (total === null || rate === null || rate <= 0) return null
  return Math.max(0, (total - done) / rate)
}
