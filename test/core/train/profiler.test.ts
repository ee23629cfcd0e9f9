import { expect, test } from 'vitest'
import type { ProfileSpan } from '../../../core/contract/index.ts'
import { createProfiler, type Load } from '../../../core/train/profiler.ts'

function measured() {
  const spans: ProfileSpan[] = []
  const clock = { ms: 0 }
  const load: Load = { cpuSeconds: 10, machineSeconds: 100, memoryBytes: 5, peakBytes: 6 }
  const profiler = createProfiler({
    tell: (span) => spans.push(span),
    now: () => clock.ms,
    load: () => ({ ...load }),
    device: () => 'GPU',
  })
  const pass = async (seconds: number) => void (clock.ms += seconds * 1000)
  return { spans, profiler, load, pass }
}
const total = ({ seconds }: ProfileSpan) => Object.values(seconds).reduce((sum, part) => sum + part, 0)

test('charges each moment to one activity, so that they add up to the time that passed', async () => {
  const { spans, profiler, pass } = measured()
  await pass(1)
  await profiler.during('compute', () => pass(2))
  await profiler.during('evaluate', async () => {
    await pass(4)
    await profiler.during('wait', () => pass(8))
    await pass(16)
  })
  profiler.within('upload', () => void pass(32))
  profiler.flush()
  expect(spans).toHaveLength(1)
  expect(spans[0]!.seconds).toEqual({
    other: 1,
    compute: 2,
    evaluate: 20,
    wait: 8,
    upload: 32,
    prepare: 0,
    download: 0,
    checkpoint: 0,
  })
  expect(total(spans[0]!)).toBe(63)
})

test('goes back to what was charged before when the work fails', async () => {
  const { spans, profiler, pass } = measured()
  const failing = profiler.during('compute', async () => {
    await pass(1)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await pass(2)
  profiler.flush()
  expect(spans[0]!.seconds).toMatchObject({ compute: 1, other: 2 })
})

test('tells a span about once a second, with the steps and the load in it, counted from where the run goes on', async () => {
  const { spans, profiler, load, pass } = measured()
  profiler.startAt(40)
  for (let step = 41; step <= 47; step++) {
    await profiler.during('compute', () => pass(0.5))
    load.cpuSeconds += 0.5
    load.machineSeconds += 0.75
    profiler.reach(step)
  }
  profiler.flush()
  expect(spans.map(({ done, steps }) => [done, steps])).toEqual([
    [42, 2],
    [44, 2],
    [46, 2],
    [47, 1],
  ])
  expect(spans[1]).toMatchObject({ cpuSeconds: 1, machineSeconds: 1.5, device: 'GPU', memoryBytes: 5, peakBytes: 6 })
  profiler.flush()
  expect(spans).toHaveLength(4)
})

test('tells a day of steps in a number of spans that can be read at a glance', async () => {
  const { spans, profiler, pass } = measured()
  for (let step = 1; step <= 86_400; step++) {
    await pass(1)
    profiler.reach(step)
  }
  profiler.flush()
  expect(spans.length).toBeGreaterThan(500)
  expect(spans.length).toBeLessThan(2000)
  expect(spans.reduce((sum, { steps }) => sum + steps, 0)).toBe(86_400)
})

test('reads the load of this machine by itself', async () => {
  const spans: ProfileSpan[] = []
  const profiler = createProfiler({ tell: (span) => spans.push(span) })
  const until = performance.now() + 120
  while (performance.now() < until);
  profiler.flush()
  const [span] = spans
  expect(span!.seconds.other).toBeGreaterThan(0.1)
  expect(span!.cpuSeconds).toBeGreaterThan(0)
  expect(span!.cpuSeconds).toBeLessThan(60)
  expect(span!.cores).toBeGreaterThan(0)
  expect(span!.peakBytes).toBeGreaterThanOrEqual(span!.memoryBytes / 2)
})
