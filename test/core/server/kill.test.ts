import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collect, expectLawful } from '../../support/law.ts'
import { ended, everything, makeCheckpoint, makePairs, testEngine, type TestEngine } from '../../support/engine.ts'

const cli = fileURLToPath(new URL('../../../core/cli.ts', import.meta.url))
let test: TestEngine

beforeEach(async () => {
  test = await testEngine()
})
afterEach(() => test.close())

/** Runs a command line; resolves as soon as `until` is in what it says, or when it ends. */
function command(args: string[], until?: RegExp): Promise<{ child: ChildProcess; said: string; code: number | null }> {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, WINNOW_DATA: join(test.root, 'user') },
  })
  let said = ''
  return new Promise((resolve) => {
    const hear = (piece: Buffer) => {
      said += piece
      if (until?.test(said)) resolve({ child, said, code: null })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('close', (code) => resolve({ child, said, code }))
  })
}

const gone = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve))

describe('an engine that is killed', () => {
  it('in the middle of an import loses nothing that was stored, and the next engine goes on under the same id', async () => {
    const folder = await makePairs(test.root, 300)
    const project = join(test.root, 'other')
    const { child } = await command(['import', folder, '--project', project], /importing/)
    const dead = gone(child)
    child.kill('SIGKILL')
    await dead
    await test.client.project.open({ folder: project })
    const [job] = await test.client.jobs.list()
    expect(job).toMatchObject({ state: 'failed', resumable: true, fault: { code: 'engine-stopped' } })
    const before = (await test.client.project.current())!.pictures
    expect(before).toBeLessThan(301)
    await test.client.jobs.resume({ job: job!.id })
    const events = await collect(test.engine.desk.opened().queue.events(job!.id, 0))
    expectLawful(events)
    expect(events[1]).toMatchObject({ kind: 'started', resumed: true })
    expect(await test.client.project.current()).toMatchObject({ pictures: 301, captions: 301, unreadable: 1 })
    expect((await test.client.jobs.faults({ job: job!.id })).total).toBe(1)
  })

  it('holds no project afterwards, but a living one does', async () => {
    const refused = await command(['import', await makePairs(test.root, 1), '--project', test.project])
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('Another Winnow has this project open') })
    const serving = await command(['serve', '--project', test.project], /pid/)
    expect(serving.said).toContain('could not be opened')
    const dead = gone(serving.child)
    serving.child.kill('SIGKILL')
    await dead
  })
})

describe('an engine that is asked to stop', () => {
  it('cancels what runs, so that it can be resumed, and leaves with success', async () => {
    const checkpoint = (await test.client.models.import({ folder: await makeCheckpoint(test.root), name: 'small' }))
      .hash
    await ended(
      test,
      (await test.client.jobs.start({ spec: { kind: 'import', path: await makePairs(test.root, 2) } })).id,
    )
    const hanging = await test.client.jobs.start({
      spec: { kind: 'capfilt', query: everything, captioner: checkpoint, filter: null, prompt: 'hang' },
    })
    const waiting = await test.client.jobs.start({
      spec: { kind: 'capfilt', query: everything, captioner: checkpoint, filter: null },
    })
    await expect
      .poll(async () => (await test.client.jobs.get({ job: hanging.id })).progress?.stage, { timeout: 20_000 })
      .toBe('wait')
    const streams = [hanging, waiting].map(({ id }) => collect(test.engine.desk.opened().queue.events(id, 0)))
    await test.client.project.open({ folder: join(test.root, 'other'), create: true })
    for (const events of await Promise.all(streams)) {
      expectLawful(events)
      expect(events.at(-1)!.kind).toBe('cancelled')
    }
    await test.client.project.open({ folder: test.project })
    expect(await test.client.jobs.get({ job: hanging.id })).toMatchObject({ state: 'cancelled', resumable: true })
  })

  it('by a signal closes its door and leaves with success', async () => {
    const serving = await command(['serve', '--project', join(test.root, 'served'), '--create'], /pid/)
    const { url, token, pid } = JSON.parse(serving.said.split('\n').find((line) => line.startsWith('{'))!)
    expect(pid).toBe(serving.child.pid)
    expect((await fetch(`${url}?token=${token}`, { redirect: 'manual' })).status).toBe(303)
    const left = gone(serving.child)
    serving.child.kill('SIGTERM')
    expect(await left).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })
})

describe('a worker that is killed', () => {
  it('fails its job with the reason; the engine answers on, and the job goes on where it was', async () => {
    const checkpoint = (await test.client.models.import({ folder: await makeCheckpoint(test.root), name: 'small' }))
      .hash
    await ended(
      test,
      (await test.client.jobs.start({ spec: { kind: 'import', path: await makePairs(test.root, 6) } })).id,
    )
    const { id } = await test.client.jobs.start({
      spec: {
        kind: 'capfilt',
        query: everything,
        captioner: checkpoint,
        filter: checkpoint,
        prompt: 'kill-after-one',
        batchSize: 2,
      },
    })
    expect(await ended(test, id)).toMatchObject({ state: 'failed', resumable: true, fault: { code: 'worker-died' } })
    for (const done of [4, 6]) {
      await test.client.jobs.resume({ job: id })
      expect((await ended(test, id)).progress).toMatchObject({ done, total: 6 })
    }
    await test.client.jobs.resume({ job: id })
    expect(await ended(test, id)).toMatchObject({ state: 'finished', result: { pictures: 6 } })
    expect(await test.client.pairs.facets()).toMatchObject({ sources: { synthetic: 6 } })
  })
})

describe('a window that closes during a job', () => {
  it('stops nothing: the job runs on, and the next window joins it', async () => {
    const checkpoint = (await test.client.models.import({ folder: await makeCheckpoint(test.root), name: 'small' }))
      .hash
    await ended(
      test,
      (await test.client.jobs.start({ spec: { kind: 'import', path: await makePairs(test.root, 2) } })).id,
    )
    const spec = { kind: 'capfilt', query: everything, captioner: checkpoint, filter: null, prompt: 'hang' } as const
    const { id } = await test.client.jobs.start({ spec })
    const window = await test.client.jobs.events({ job: id })
    expect((await window.next()).value).toMatchObject({ kind: 'queued' })
    await window.return()
    const next = await test.client.jobs.events({ job: id })
    for (const kind of ['queued', 'started', 'progress']) expect((await next.next()).value).toMatchObject({ kind })
    expect(await test.client.jobs.get({ job: id })).toMatchObject({ state: 'running' })
    await test.client.jobs.cancel({ job: id })
    expect((await next.next()).value).toMatchObject({ kind: 'cancelled' })
  })
})
