import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../core/contract/index.ts'
import type { CapfiltTask, FromWorker, WorkPicture } from '../../../core/jobs/protocol.ts'
import { runInWorker } from '../../../core/jobs/worker-host.ts'

const program = fileURLToPath(new URL('../../support/fake-worker.ts', import.meta.url))
const picture: WorkPicture = { sampleId: 7, path: '/a.jpg', captions: [{ captionId: 1, text: 'a cat' }], write: true }

function task(prompt: string): CapfiltTask {
  return {
    kind: 'capfilt',
    captioner: 'a',
    filter: 'b',
    decoding: { kind: 'greedy' },
    prompt,
    minLength: 1,
    maxLength: 9,
    batchSize: 2,
  }
}

interface Watch {
  signal?: AbortSignal
  onSpawn?: (pid: number) => void
  onMessage?: (message: FromWorker) => void
}

function run(prompt: string, { signal = new AbortController().signal, onSpawn, onMessage = () => {} }: Watch = {}) {
  const batches = [[picture], [picture]]
  return runInWorker(task(prompt), { program, signal, onSpawn, onMessage, feed: () => batches.shift() ?? [] })
}

describe('a worker process', () => {
  it('is fed pictures until none are left, and returns its result', async () => {
    const messages: FromWorker[] = []
    expect(await run('', { onMessage: (message) => messages.push(message) })).toEqual({ pictures: 2 })
    expect(messages.filter((message) => message.kind === 'results')).toHaveLength(2)
  })

  it('brings its own fault across', async () => {
    await expect(run('fail')).rejects.toMatchObject({ code: 'shape-mismatch', message: 'The shapes differ.' })
  })

  it('that exits by itself fails with its exit code and its last words', async () => {
    await expect(run('exit')).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('exit code 3'),
      subject: expect.stringContaining('out of memory'),
    })
  })

  it('that is killed fails with the signal and a hint about memory', async () => {
    await expect(run('kill-after-one')).rejects.toMatchObject({
      code: 'worker-died',
      message: expect.stringContaining('SIGKILL'),
      hint: expect.stringContaining('memory'),
    })
  })

  it('stops when asked, with the reason of the one who asked', async () => {
    const control = new AbortController()
    const reason = new Fault('cancelled', 'The job was cancelled.')
    const running = run('hang', { signal: control.signal, onMessage: () => control.abort(reason) })
    await expect(running).rejects.toBe(reason)
  })

  it('is killed when the engine cannot keep what it sends', async () => {
    let pid = 0
    const broken = run('', {
      onSpawn: (id) => (pid = id),
      onMessage: () => {
        throw new Fault('disk-full', 'full')
      },
    })
    await expect(broken).rejects.toMatchObject({ code: 'disk-full' })
    expect(() => process.kill(pid, 0)).toThrow()
  })
})
