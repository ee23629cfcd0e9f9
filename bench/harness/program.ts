import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { cores } from './record.ts'
import { benchPython } from './python.ts'

/** How long one action took in the process that did it: on the clock, and on all its threads together. */
export interface Timing {
  ms: number
  cpuMs: number
}

/** A process that does what it is asked, one thing after the other. */
export interface Program {
  /** Has `action` done with these fields; the answer is what the action returned, and how long it took. */
  ask<Answer extends object = object>(action: string, fields?: object): Promise<Answer & Timing>
  /** Ends the process. */
  close(): Promise<void>
  /** Ends it in the middle of what it does. */
  kill(): Promise<void>
}

export interface ProgramOptions {
  environment?: Record<string, string>
  /** Replaces all cores, for both sides. */
  threads?: number
}

const peers = join(import.meta.dirname, '../peers')

/** A script of bench/peers under the bench's own Python (see `benchPython`). */
export async function startPeer(script: string, options: ProgramOptions = {}): Promise<Program> {
  return startProgram(await benchPython(), [join(peers, script), '--serve'], options)
}

/** A program of bench/ours (see `serve`), in a process of its own, so that its memory and its runtime are its own. */
export function startOurs(script: string, options: ProgramOptions = {}): Program {
  const path = join(dirname(import.meta.dirname), 'ours', script)
  return startProgram(process.execPath, ['--disable-warning=DEP0044', path], options)
}

/** Starts a process that speaks JSON lines: {"do": action, …fields} in, one object out for each. */
export function startProgram(command: string, args: string[], options: ProgramOptions = {}): Program {
  const { environment = {}, threads = cores } = options
  const variables = { OMP_NUM_THREADS: String(threads), WINNOW_BENCH_THREADS: String(threads), ...environment }
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...variables } })
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`))
  })
  child.stdin.on('error', () => {}) // its end says why
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  async function ask<Answer extends object>(action: string, fields: object = {}): Promise<Answer & Timing> {
    child.stdin.write(`${JSON.stringify({ do: action, ...fields })}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${args[0]} can't ${action}: ${await ended}`)
    const answer = JSON.parse(value) as Answer & Timing & { error?: string }
    if (answer.error) throw new Error(`${args[0]} can't ${action}: ${answer.error}`)
    return answer
  }
  async function close(): Promise<void> {
    child.stdin.end()
    await ended
  }
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await ended
  }
  return { ask, close, kill }
}
