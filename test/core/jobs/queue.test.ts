import { describe, expect, it } from 'vitest'
import { Fault, type JobSpec } from '../../../core/contract/index.ts'
import type { JobContext, Kind, Kinds } from '../../../core/jobs/kind.ts'
import type { JobResult } from '../../../core/jobs/law.ts'
import { createQueue } from '../../../core/jobs/queue.ts'
import { memoryStore } from '../../support/memory-store.ts'
import { collect, expectLawful } from '../../support/law.ts'

const importing: JobSpec = { kind: 'import', path: '/pairs', format: 'auto', source: 'web' }
const training: JobSpec = {
  kind: 'train',
  name: 'a',
  query: { text: '', sort: { by: 'order', direction: 'ascending' } },
  recipe: 'tiny',
  changes: {},
  start: null,
  seed: 1,
  heldOut: 0,
}

type Run = (context: JobContext) => Promise<JobResult>

function queueOf(run: Run, { store = memoryStore(), validate = () => {} } = {}) {
  const kind = (lane: 'worker' | 'files') =>
    ({ lane, validate, run: (_: unknown, context: JobContext) => run(context) }) as unknown as Kind<never>
  const files = kind('files')
  const worker = kind('worker')
  const kinds = {
    import: files,
    'export-dataset': files,
    'export-model': files,
    train: worker,
    capfilt: worker,
    evaluate: worker,
  } as unknown as Kinds
  return { queue: createQueue({ store, kinds }), store }
}

const untilAborted: Run = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

describe('the queue', () => {
  it('runs a job to its end and keeps its result', async () => {
    const { queue, store } = queueOf(async ({ progress }) => (progress('read', 2, 2), { pictures: 2 }))
    const job = await queue.start(importing)
    expect(job.state).toBe('queued')
    expectLawful(await collect(queue.events(job.id, 0)))
    expect(queue.get(job.id)).toMatchObject({ state: 'finished', result: { pictures: 2 }, resumable: false })
    expect(store.get(job.id)!.state).toBe('finished')
  })

  it('gives no id to a job that cannot succeed', async () => {
    const { queue } = queueOf(untilAborted, {
      validate: () => {
        throw new Fault('checkpoint-unknown', 'no')
      },
    })
    await expect(queue.start(training)).rejects.toMatchObject({ code: 'checkpoint-unknown' })
    expect(queue.list()).toEqual([])
  })

  it('runs one worker job at a time and files beside it', async () => {
    const { queue } = queueOf(untilAborted)
    const [first, second, files] = [
      await queue.start(training),
      await queue.start(training),
      await queue.start(importing),
    ]
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([first, second, files].map(({ id }) => queue.get(id).state)).toEqual(['running', 'queued', 'running'])
    await queue.cancel(first.id)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(queue.get(second.id).state).toBe('running')
    await queue.stop()
  })

  it('cancels a running and a waiting job, each with one last event', async () => {
    const { queue } = queueOf(untilAborted)
    const [first, second] = [await queue.start(training), await queue.start(training)]
    const streams = [collect(queue.events(first.id, 0)), collect(queue.events(second.id, 0))]
    await queue.cancel(second.id)
    await queue.cancel(first.id)
    for (const events of await Promise.all(streams)) {
      expectLawful(events)
      expect(events.at(-1)!.kind).toBe('cancelled')
    }
    expect(queue.get(first.id).resumable).toBe(true)
  })

  it('resumes under the same id, numbering on, and the second attempt is lawful too', async () => {
    let attempts = 0
    const { queue } = queueOf(async ({ resumed, progress }) => {
      attempts += 1
      progress('read', resumed ? 2 : 1, 2)
      if (!resumed) throw new Fault('disk-full', 'full')
      return {}
    })
    const job = await queue.start(importing)
    const first = await collect(queue.events(job.id, 0))
    await queue.resume(job.id)
    const second = await collect(queue.events(job.id, first.at(-1)!.sequence))
    expectLawful(first)
    expectLawful(second)
    expect(second[0]!.sequence).toBe(first.at(-1)!.sequence + 1)
    expect(second[1]).toMatchObject({ kind: 'started', resumed: true })
    expect(queue.get(job.id)).toMatchObject({ state: 'finished', fault: null })
    expect((await queue.resume(job.id)).state).toBe('finished')
    expect(attempts).toBe(2)
  })

  it('counts an item that fails again after a resume once', async () => {
    const { queue, store } = queueOf(async ({ itemFault, resumed }) => {
      itemFault('a.jpg', { code: 'image-unreadable', message: 'broken' })
      if (!resumed) throw new Fault('disk-full', 'full')
      return {}
    })
    const job = await queue.start(importing)
    await queue.ended(job.id)
    await queue.resume(job.id)
    await queue.ended(job.id)
    expect(store.countFaults(job.id)).toBe(1)
  })

  it('marks jobs of a killed engine as failed and resumable, with their end still told', async () => {
    const store = memoryStore()
    const killed = queueOf(untilAborted, { store })
    const job = await killed.queue.start(training)
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { queue } = queueOf(async () => ({}), { store })
    expect(queue.get(job.id)).toMatchObject({ state: 'failed', resumable: true, fault: { code: 'engine-stopped' } })
    expect((await collect(queue.events(job.id, 0))).map((event) => event.kind)).toEqual(['queued', 'started', 'failed'])
    await queue.resume(job.id)
    expect((await queue.ended(job.id)).state).toBe('finished')
  })

  it('lets followers go when they leave, when their signal aborts, and when the engine stops', async () => {
    const { queue } = queueOf(untilAborted)
    const job = await queue.start(training)
    const left = queue.events(job.id, 0)
    await left.next()
    await left.next()
    const pending = left.next()
    await left.return()
    expect((await pending).done).toBe(true)
    const control = new AbortController()
    const aborted = collect(queue.events(job.id, 0, control.signal))
    control.abort()
    await aborted
    const followed = collect(queue.events(job.id, 0))
    await queue.stop()
    expect((await followed).at(-1)!.kind).toBe('cancelled')
  })

  it('lives on when a full disk refuses progress, and even the end of a job', async () => {
    const store = memoryStore()
    const refused: string[] = []
    const { append } = store
    store.append = (id, body) => {
      if (body.kind === 'queued' || body.kind === 'started') return append(id, body)
      refused.push(body.kind)
      throw new Fault('disk-full', 'There is no space left on the disk.')
    }
    const { queue } = queueOf(
      async ({ progress }) => {
        progress('read', 1, 2)
        progress('read', 2, 2)
        await new Promise((resolve) => setTimeout(resolve, 400))
        return {}
      },
      { store },
    )
    const job = await queue.start(importing)
    await queue.ended(job.id)
    expect(refused).toEqual(['progress', 'progress', 'finished', 'failed'])
    store.append = append
    const next = queueOf(async () => ({}), { store }).queue
    expect(next.get(job.id)).toMatchObject({ state: 'failed', fault: { code: 'engine-stopped' }, resumable: true })
  })
})
