import { expect, test } from '@playwright/test'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { smoke } from '../support/smoke.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('the packaged app passes the same smoke test, with its own Node and engine', async () => {
  test.setTimeout(600_000)
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/package.mjs', '--dir'], { cwd: root })
  expect(stdout).toContain('Packaged below dist/')
  await smoke({ executable: packagedExecutable() })
  const { stdout: version } = await promisify(execFile)(packagedCommand(), ['--version'])
  expect(version.trim()).toMatch(/^\d+\.\d+\.\d+$/)
})

function packagedExecutable(): string {
  if (process.platform === 'darwin') {
    const folder = readdirSync(join(root, 'dist')).find((name) => name.startsWith('mac')) ?? 'mac'
    return join(root, 'dist', folder, 'Winnow.app', 'Contents', 'MacOS', 'Winnow')
  }
  if (process.platform === 'win32') return join(root, 'dist', 'win-unpacked', 'Winnow.exe')
  const folder = join(root, 'dist', 'linux-unpacked')
  preferStandIn(join(folder, 'resources'))
  return join(folder, 'winnow')
}

/** The command line, which lies in the app's resources. */
function packagedCommand(): string {
  const executable = packagedExecutable()
  const up = process.platform === 'darwin' ? join('..', '..', 'Resources') : join('..', 'resources')
  return join(executable, up, 'bin', process.platform === 'win32' ? 'winnow.cmd' : 'winnow')
}

/** An old Electron from scripts/ci needs its stand-in app, which supplies what it lacks; it would prefer the archive by this name. */
function preferStandIn(resources: string): void {
  const archive = join(resources, 'app.asar')
  const needed = existsSync(join(resources, 'app', 'protocolHandle.cjs')) && existsSync(archive)
  if (needed) renameSync(archive, join(resources, 'winnow.asar'))
}
