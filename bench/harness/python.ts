import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../core/tensor/provision/folder.ts'

const requirements = join(import.meta.dirname, '../peers/requirements.txt')

/**
 * The Python that the peers run under: WINNOW_BENCH_PYTHON, or a virtual environment in the user's cache folder, which
 * is made on first use and again when the pinned versions change.
 */
export async function benchPython(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (environment['WINNOW_BENCH_PYTHON']) return environment['WINNOW_BENCH_PYTHON']
  const { folder, python, stamp } = place()
  if (!existsSync(stamp)) {
    await alone(`${folder}.lock`, async () => {
      if (existsSync(stamp)) return // another benchmark made it meanwhile
      await make(folder, python)
      writeFileSync(stamp, '') // comes last: an interrupted installation is begun anew
    })
  }
  return python
}

/** Whether a benchmark runs with its peers: a quick one does not download anything for them. */
export function withPeers({ quick, alone = false }: { quick: boolean; alone?: boolean }): boolean {
  if (alone) return false
  return !quick || Boolean(process.env['WINNOW_BENCH_PYTHON']) || existsSync(place().stamp)
}

function place() {
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(), `bench-venv-${hash}`)
  return { folder, python: join(folder, 'bin', 'python'), stamp: join(folder, '.complete') }
}

async function make(folder: string, python: string): Promise<void> {
  console.error(`Making the peers' Python in ${folder}: torch is a download of some gigabytes, once.`)
  rmSync(folder, { recursive: true, force: true })
  await promisify(execFile)('python3', ['-m', 'venv', folder])
  await shown(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--requirement', requirements])
}

/** Does something that no other process does at the same time; the lock of one that has died counts for nothing. */
async function alone(lock: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(dirname(lock), { recursive: true })
  while (!taken(lock)) await new Promise((resolve) => setTimeout(resolve, 1000))
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!alive(holderOf(lock))) rmSync(lock, { force: true })
    return false
  }
}

/** The process that has the lock; 0, which counts as alive, for one that has gone meanwhile. */
function holderOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return 0
  }
}

function alive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Runs a program with its output on stderr, as stdout is for results. */
function shown(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 2, 2] })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with code ${code}`))))
  })
}
