/** The Electron binary: from an override, from the npm package's folder, or fetched once by the package's own script. */
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './command.mjs'
import { buildFolder, nodeBinary, root } from './places.mjs'
import { done, step } from './say.mjs'

const limitMs = 60_000
const retryAfterMs = 24 * 3600_000

/** Returns `{ executable }`, or `{ executable: null, reason }` where no Electron can be had. */
export async function setUpElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) {
    const executable = executableIn(override)
    return existsSync(executable)
      ? { executable }
      : { executable: null, reason: `ELECTRON_OVERRIDE_DIST_PATH has no ${executable}` }
  }
  const folder = join(root, 'node_modules', 'electron')
  const executable = executableIn(join(folder, 'dist'))
  if (existsSync(executable)) return { executable }
  if (failedLately())
    return { executable: null, reason: `Electron’s download failed lately; delete ${failureMark()} to try again now` }
  return fetchElectron(folder, executable)
}

async function fetchElectron(folder, executable) {
  step('Fetching Electron (about 110 MB)')
  const { code, timedOut } = await run(nodeBinary(), [join(folder, 'install.js')], { limitMs, capture: true })
  if (code === 0 && existsSync(executable)) {
    rmSync(failureMark(), { force: true })
    done('Electron ready')
    return { executable }
  }
  mkdirSync(dirname(failureMark()), { recursive: true })
  writeFileSync(failureMark(), '')
  return {
    executable: null,
    reason: timedOut ? 'Electron’s download took longer than a minute' : 'Electron’s download failed',
  }
}

function failureMark() {
  return join(buildFolder, 'electron-download-failed')
}

function failedLately() {
  const mark = statSync(failureMark(), { throwIfNoEntry: false })
  return mark !== undefined && Date.now() - mark.mtimeMs < retryAfterMs
}

function executableIn(folder) {
  if (process.platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron')
  return join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron')
}
