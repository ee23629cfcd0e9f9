import { describe, expect, it, vi } from 'vitest'
import type { JobEvent, Progress } from '../../../core/contract/index.ts'
import { createRecorder, type EventBody } from '../../../core/jobs/law.ts'
import { expectLawful } from '../../support/law.ts'

function recorded() {
  const events: JobEvent[] = []
  let time = 0
  const keep = (body: EventBody) =>
    void events.push({ job: 'j', sequence: events.length + 1, at: '', ...body } as JobEvent)
  const recorder = createRecorder({ faults: 0, emit: keep, now: () => time })
  const progresses = () => events.flatMap((event) => (event.kind === 'progress' ? [event.progress] : []))
  return { events, recorder, progresses, wait: (ms: number) => (time += ms) }
}

describe('the law of long work', () => {
  it('never lets done fall or total change within a stage, whatever a job says', () => {
    const { events, recorder, progresses, wait } = recorded()
    for (const [done, total] of [
      [5, 10],
      [3, 12],
      [11, 8],
    ] as const) {
      recorder.progress('read', done, total)
      wait(1000)
    }
    recorder.finished({})
    expect(progresses().map((p: Progress) => [p.done, p.total])).toEqual([
      [5, 10],
      [5, 10],
      [10, 10],
    ])
    expectLawful(events)
  })

  it('counts afresh in the next stage', () => {
    const { recorder, progresses, wait } = recorded()
    recorder.progress('read', 9, 9)
    wait(1000)
    recorder.progress('write', 1, 4)
    expect(progresses().at(-1)).toMatchObject({ stage: 'write', done: 1, total: 4 })
  })

  it('says nothing after the terminal event', () => {
    const { events, recorder } = recorded()
    recorder.cancelled()
    recorder.finished({})
    recorder.failed({ code: 'x', message: 'x' })
    recorder.metric(1, { loss: 1 })
    recorder.progress('late', 1, 1)
    expect(events.map((event) => event.kind)).toEqual(['queued', 'cancelled'])
  })

  it('tells progress at most four times a second, and the last word before the end', () => {
    vi.useFakeTimers()
    const { events, recorder, progresses } = recorded()
    for (let done = 1; done <= 1000; done += 1) recorder.progress('read', done, 1000)
    recorder.finished({})
    vi.useRealTimers()
    expect(progresses()).toHaveLength(2)
    expect(progresses().at(-1)!.done).toBe(1000)
    expectLawful(events)
  })

  it('tells rate and time left from the last seconds', () => {
    const { recorder, progresses, wait } = recorded()
    for (let second = 0; second <= 20; second += 1) {
      recorder.progress('train', second < 10 ? second : second * 2, 100)
      wait(1000)
    }
    expect(progresses().at(-1)!.rate).toBeCloseTo(2, 1)
    expect(progresses().at(-1)!.secondsLeft).toBeCloseTo(30, 0)
  })
})
