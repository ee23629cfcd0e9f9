import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import type { ChildProcess } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { runEngine, type EngineState } from '../../electron/engine.ts'

/** A made-up engine process: announces its door, crashes and ends when told to. */
class FakeProcess extends EventEmitter {
  stdout = new PassThrough()
  signals: string[] = []
  stubborn = false

  announce(socket: string): void {
    this.stdout.write('a line of log\n')
    this.stdout.write(`${JSON.stringify({ url: null, token: null, socket })}\n`)
  }

  crash(code = 1): void {
    this.stdout.end()
    this.emit('exit', code, null)
  }

  kill(signal: string): boolean {
    this.signals.push(signal)
    if (signal === 'SIGKILL' || !this.stubborn) setImmediate(() => this.emit('exit', null, signal))
    return true
  }
}

function setUp(options: { delaysMs?: number[]; steadyMs?: number; stopMs?: number } = {}) {
  const processes: FakeProcess[] = []
  const states: EngineState['kind'][] = []
  const launch = () => {
    const child = new FakeProcess()
    processes.push(child)
    return child as unknown as ChildProcess
  }
  const engine = runEngine({ launch, onState: ({ kind }) => states.push(kind), delaysMs: [1, 1], ...options })
  return { engine, processes, states }
}

describe('runEngine', () => {
  it('gives its door to those who asked before there was one', async () => {
    const { engine, processes } = setUp()
    const asked = engine.door()
    processes[0]!.announce('/run/a.sock')
    expect(await asked).toEqual({ socket: '/run/a.sock', token: null })
    expect(await engine.door()).toEqual({ socket: '/run/a.sock', token: null })
  })

  it('starts again after a crash, with a new door', async () => {
    const { engine, processes, states } = setUp()
    processes[0]!.announce('/run/a.sock')
    await engine.door()
    processes[0]!.crash()
    const next = engine.door()
    await vi.waitFor(() => expect(processes).toHaveLength(2))
    processes[1]!.announce('/run/b.sock')
    expect((await next).socket).toBe('/run/b.sock')
    expect(states).toEqual(['starting', 'ready', 'waiting', 'starting', 'ready'])
  })

  it('gives up when its pauses are used up, and says why', async () => {
    const { engine, processes, states } = setUp({ delaysMs: [1] })
    const asked = engine.door()
    processes[0]!.crash()
    await vi.waitFor(() => expect(processes).toHaveLength(2))
    processes[1]!.crash(7)
    await expect(asked).rejects.toThrow('exit code 7')
    await expect(engine.door()).rejects.toThrow('exit code 7')
    expect(states.at(-1)).toBe('failed')
  })

  it('starts anew from the first pause when it is told to after it failed', async () => {
    const { engine, processes, states } = setUp({ delaysMs: [] })
    processes[0]!.crash()
    expect(states.at(-1)).toBe('failed')
    engine.restart()
    processes[1]!.announce('/run/c.sock')
    expect((await engine.door()).socket).toBe('/run/c.sock')
  })

  it('earns all its pauses again when it ran long enough', async () => {
    const { processes, states } = setUp({ delaysMs: [1], steadyMs: 0 })
    processes[0]!.crash()
    await vi.waitFor(() => expect(processes).toHaveLength(2))
    processes[1]!.crash()
    await vi.waitFor(() => expect(processes).toHaveLength(3))
    expect(states).not.toContain('failed')
  })

  it('ends its process and does not start another', async () => {
    const { engine, processes, states } = setUp()
    await engine.stop()
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(processes).toHaveLength(1)
    expect(processes[0]!.signals).toEqual(['SIGTERM'])
    expect(states.at(-1)).toBe('stopped')
    await expect(engine.door()).rejects.toThrow('stopped')
  })

  it('kills a process that does not end by itself', async () => {
    const { engine, processes } = setUp({ stopMs: 5 })
    processes[0]!.stubborn = true
    await engine.stop()
    expect(processes[0]!.signals).toEqual(['SIGTERM', 'SIGKILL'])
  })
})
