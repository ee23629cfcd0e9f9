/** Calls `action` at most once in so many milliseconds; calls in between are dropped. */
export function every(milliseconds: number, action: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = Date.now()
    if (now - last < milliseconds) return
    last = now
    action()
  }
}
