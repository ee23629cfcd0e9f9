import { isAbort } from './faults.ts'

const firstPauseMs = 500
const longestPauseMs = 8000

/**
 * Reads an event stream until it ends, and opens it again when the connection breaks.
 * `open` is asked anew each time, so it can go on after the last event that was seen.
 */
export async function follow<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onEvent: (event: T) => void,
  { signal, onLost, onBack }: { signal: AbortSignal; onLost?: (error: unknown) => void; onBack?: () => void },
): Promise<void> {
  let pause = firstPauseMs
  let lost = false
  while (!signal.aborted) {
    try {
      const events = await open(signal)
      if (lost) onBack?.()
      lost = false
      for await (const event of events) {
        pause = firstPauseMs
        onEvent(event)
      }
      return
    } catch (error) {
      if (signal.aborted || isAbort(error)) return
      lost = true
      onLost?.(error)
      await new Promise((resolve) => setTimeout(resolve, pause))
      pause = Math.min(pause * 2, longestPauseMs)
    }
  }
}
