import type { ChildProcess } from 'node:child_process'
import type { Door } from './forward.ts'
import { readDoor } from './readDoor.ts'

export type EngineState =
  | { kind: 'starting' }
  | { kind: 'ready'; door: Door }
  | { kind: 'waiting'; delayMs: number }
  | { kind: 'failed'; reason: string }
  | { kind: 'stopped' }

export interface EngineOptions {
  /** Starts the engine's process with its stdout piped. */
  launch: () => ChildProcess
  onState?: (state: EngineState) => void
  /** Pauses before each restart; when they are used up, the engine has failed. */
  delaysMs?: number[]
  /** An engine that ran this long earns the full list of restarts again. */
  steadyMs?: number
  /** How long the engine may take to end by itself after it was asked to. */
  stopMs?: number
}

export interface Engine {
  /** The door as soon as there is one; rejects once the engine has failed or was stopped. */
  door(): Promise<Door>
  /** Starts again after `failed`. */
  restart(): void
  /** Asks the engine to end, waits, and then kills it. */
  stop(): Promise<void>
}

/** Keeps an engine running: starts it, restarts it after a crash with growing pauses, and ends it. */
export function runEngine({
  launch,
  onState = () => {},
  delaysMs = [250, 1000, 4000, 10_000],
  steadyMs = 60_000,
  stopMs = 10_000,
}: EngineOptions): Engine {
  let state: EngineState = { kind: 'starting' }
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let crashes = 0
  let waiters: { resolve: (door: Door) => void; reject: (error: Error) => void }[] = []

  function change(next: EngineState): void {
    state = next
    if (next.kind === 'ready') settle(({ resolve }) => resolve(next.door))
    if (next.kind === 'failed') settle(({ reject }) => reject(new Error(next.reason)))
    if (next.kind === 'stopped') settle(({ reject }) => reject(new Error('The engine was stopped.')))
    onState(next)
  }

  function settle(tell: (waiter: (typeof waiters)[number]) => void): void {
    const told = waiters
    waiters = []
    told.forEach(tell)
  }

  function start(): void {
    change({ kind: 'starting' })
    const started = Date.now()
    const current = launch()
    child = current
    readDoor(current).then(
      (door) => child === current && state.kind === 'starting' && change({ kind: 'ready', door }),
      () => {}, // Ends with an exit, which is handled below.
    )
    current.once('error', (error) => ended(current, started, error.message))
    current.once('exit', (code, signal) =>
      ended(current, started, `The engine ended (${signal ?? `exit code ${code}`}).`),
    )
  }

  function ended(which: ChildProcess, started: number, reason: string): void {
    if (child !== which) return
    child = undefined
    if (state.kind === 'stopped') return
    if (Date.now() - started >= steadyMs) crashes = 0
    const delayMs = delaysMs[crashes++]
    if (delayMs === undefined) return change({ kind: 'failed', reason })
    change({ kind: 'waiting', delayMs })
    timer = setTimeout(start, delayMs)
  }

  start()
  return {
    door: () =>
      new Promise((resolve, reject) => {
        if (state.kind === 'ready') resolve(state.door)
        else if (state.kind === 'failed') reject(new Error(state.reason))
        else if (state.kind === 'stopped') reject(new Error('The engine was stopped.'))
        else waiters.push({ resolve, reject })
      }),
    restart() {
      if (state.kind !== 'failed') return
      crashes = 0
      start()
    },
    async stop() {
      clearTimeout(timer)
      change({ kind: 'stopped' })
      if (child) await endProcess(child, stopMs)
    },
  }
}

function endProcess(child: ChildProcess, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
