import { expect } from 'vitest'
import type { JobEvent } from '../../core/contract/index.ts'
import { isTerminal } from '../../core/jobs/stream.ts'

/** The law of long work, for the events of one attempt of any kind of job. */
export function expectLawful(events: JobEvent[]) {
  events.slice(1).forEach((event, index) => expect(event.sequence).toBe(events[index]!.sequence + 1))
  expect(events.filter(isTerminal)).toHaveLength(1)
  expect(isTerminal(events.at(-1)!)).toBe(true)
  const seen = new Map<string, { done: number; total: number | null }>()
  for (const event of events) {
    if (event.kind !== 'progress') continue
    const { stage, done, total } = event.progress
    const before = seen.get(stage)
    expect(done).toBeGreaterThanOrEqual(before?.done ?? 0)
    if (before && before.total !== null) expect(total).toBe(before.total)
    if (total !== null) expect(done).toBeLessThanOrEqual(total)
    seen.set(stage, { done, total })
  }
}

/** All events of a stream, in order. */
export async function collect(stream: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const events: JobEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}
