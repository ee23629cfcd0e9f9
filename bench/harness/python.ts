import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
    await make(folder, python)
    writeFileSync(stamp, '') // comes last: an interrupted installation is begun anew
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
  const folder = join(cacheFolder(), 'winnow', `bench-venv-${hash}`)
  return { folder, python: join(folder, 'bin', 'python'), stamp: join(folder, '.complete') }
}

async function make(folder: string, python: string): Promise<void> {
  console.error(`Making the peers' Python in ${folder}: torch is a download of some gigabytes, once.`)
  rmSync(folder, { recursive: true, force: true })
  await promisify(execFile)('python3', ['-m', 'venv', folder])
  await shown(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--requirement', requirements])
}

/** Runs a program with its output on stderr, as stdout is for results. */
function shown(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 2, 2] })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with code ${code}`))))
  })
}
