import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface ServedEngine {
  /** Address to open in a browser; holds the token. */
  address: string
  url: string
  token: string
  process: ChildProcess
  /** The user's data of this engine, apart from that of the person who runs the tests. */
  folder: string
  /** What it wrote to stderr, so far. */
  log: () => string
  /** Ends it as Ctrl C would and removes its folder; returns the exit code. */
  stop: () => Promise<number | null>
}

/** Starts the real engine behind the browser's door, on the sample project unless `args` name another. */
export async function serveEngine({ args = [] }: { args?: string[] } = {}): Promise<ServedEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'winnow-served-'))
  const env = { ...process.env, WINNOW_DATA: join(folder, 'data') }
  const child = spawn(process.execPath, ['core/cli.ts', 'serve', '--no-open', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (bytes) => (log += bytes))
  const { url, token } = await announcement(child, () => log)
  const stop = async () => {
    child.kill('SIGINT')
    const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)))
    rmSync(folder, { recursive: true, force: true })
    return code
  }
  return { address: `${url}?token=${token}`, url, token, process: child, folder, log: () => log, stop }
}

function announcement(child: ChildProcess, log: () => string): Promise<{ url: string; token: string }> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(JSON.parse(line)))
    child.once('exit', (code) =>
      reject(new Error(`The engine ended (exit code ${code}) before it listened:\n${log()}`)),
    )
  })
}
