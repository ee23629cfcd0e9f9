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

/** An old Electron from scripts/ci needs its stand-in app, which supplies what it lacks; it would prefer the archive by this name. */
function preferStandIn(resources: string): void {
  const archive = join(resources, 'app.asar')
  if (existsSync(join(resources, 'app', 'protocolHandle.cjs'))) renameSync(archive, join(resources, 'winnow.asar'))
}
