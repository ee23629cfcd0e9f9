import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Fault, faultFrom } from '../contract/index.ts'
import { knownWorkerRuntime } from '../tensor/provision/gpu/worker.ts'
import type { JobResult } from './law.ts'
import type { FromWorker, Task, ToWorker, WorkPicture } from './protocol.ts'

/** The program a worker runs; tests put another in its place. */
export const workerProgram = fileURLToPath(new URL('worker.ts', import.meta.url))

/** A worker that was asked to stop gets this long to save its state. */
const graceMs = 30_000
const tailBytes = 8192
/** Threads that decode pictures and read files. Node's own four would leave the other cores idle. */
const poolSize = String(Math.max(2, availableParallelism()))

export interface WorkerOptions {
  signal: AbortSignal
  onMessage: (message: FromWorker) => void
  /** Next pictures for a capfilt worker; an empty list says that none are left. */
  feed?: () => Promise<WorkPicture[]> | WorkPicture[]
  environment?: Record<string, string>
  program?: string
  /** Told each piece of the worker's stderr. */
  onStderr?: (text: string) => void
  onSpawn?: (pid: number) => void
}

/**
 * Runs one task in a process of its own and resolves with its result. A worker that dies takes nothing
 * with it: the promise rejects with the fault 'worker-died' that says how.
 */
export async function runInWorker(task: Task, options: WorkerOptions): Promise<JobResult> {
  const { signal, onMessage, feed, environment = {}, program = workerProgram, onStderr, onSpawn } = options
  const runtime = await knownWorkerRuntime()
  signal.throwIfAborted()
  const child = fork(program, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: ['--disable-warning=DEP0044'], // tfjs calls util.isArray, once in each process
    // Ctrl+C in a terminal goes to a whole group of processes: the engine must ask its worker to stop, not lose it.
    detached: process.platform !== 'win32',
    env: {
      ...process.env,
      TF_CPP_MIN_LOG_LEVEL: '2',
      UV_THREADPOOL_SIZE: poolSize,
      ...runtime.environment,
      ...environment,
    },
  })
  if (child.pid) onSpawn?.(child.pid)
  const tail = keepTail(child, onStderr)
  const stopAsking = askToStop(child, signal)

  return new Promise<JobResult>((resolve, reject) => {
    let outcome: (() => void) | null = null
    const settle = (end: () => void) => (outcome ??= end)
    child.on('message', (raw) => {
      if (outcome) return
      const message = raw as FromWorker
      try {
        if (message.kind === 'want') void supply(child, feed).catch((error) => fail(error))
        else if (message.kind === 'finished') settle(() => resolve(message.result))
        else if (message.kind === 'cancelled')
          settle(() => reject(signal.reason ?? new Fault('cancelled', 'The job was cancelled.')))
        else if (message.kind === 'failed') settle(() => reject(faultFrom(message.fault)))
        else onMessage(message)
      } catch (error) {
        fail(error)
      }
      if (outcome) dismiss(child)
    })
    const fail = (error: unknown) => {
      settle(() => reject(error))
      child.kill('SIGKILL')
    }
    child.once('error', fail)
    child.once('close', (code, exitSignal) => {
      stopAsking()
      settle(() => reject(signal.aborted ? signal.reason : death(code, exitSignal, tail())))
      outcome!()
    })
    send(child, { kind: 'task', task })
  })
}

/** A worker leaves by itself after its last word; one that hangs in a library's shutdown is ended. */
function dismiss(child: ChildProcess) {
  setTimeout(() => child.kill('SIGKILL'), 5000).unref()
}

async function supply(child: ChildProcess, feed: WorkerOptions['feed']) {
  send(child, { kind: 'pictures', pictures: (await feed?.()) ?? [] })
}

function send(child: ChildProcess, message: ToWorker) {
  // A worker that has just gone is noticed by its exit, not here.
  if (child.connected) child.send(message, () => {})
}

function keepTail(child: ChildProcess, onStderr?: (text: string) => void): () => string {
  let tail = ''
  const take = (piece: Buffer) => {
    const text = piece.toString()
    tail = (tail + text).slice(-tailBytes)
    onStderr?.(text)
  }
  child.stderr?.on('data', take)
  child.stdout?.on('data', take)
  return () => tail
}

/** Sends cancel when the signal aborts, and kills a worker that doesn't listen. */
function askToStop(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const ask = () => {
    send(child, { kind: 'cancel' })
    timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  }
  signal.addEventListener('abort', ask, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', ask)
  }
}

function death(code: number | null, signal: NodeJS.Signals | null, tail: string): Fault {
  const how = signal ? `it was ended by ${signal}` : `it left with exit code ${code}`
  const lines = tail.trim().split('\n')
  const lastLine = lines.findLast((line) => /error|fault|terminate|memory|abort/i.test(line)) ?? lines.at(-1)
  const memory = signal === 'SIGKILL' || signal === 'SIGABRT'
  return new Fault('worker-died', `The worker process died: ${how}.`, {
    subject: lastLine || undefined,
    hint: memory
      ? 'It may have run out of memory: try a smaller batch. The job can be resumed.'
      : 'The job can be resumed; the log of the project has the details.',
    cause: tail,
  })
}
