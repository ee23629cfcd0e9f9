/** `npm run package -- [--dir]`: lays out the engine, then lets electron-builder make the app. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { layOut } from './package/layOut.mjs'
import { run } from './setup/command.mjs'
import { setUpBuild } from './setup/build.mjs'
import { setUpDependencies } from './setup/dependencies.mjs'
import { setUpElectron } from './setup/electron.mjs'
import { nodeBinary, root } from './setup/places.mjs'
import { done, fail, step, warn } from './setup/say.mjs'

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  fail(error.message)
  process.exitCode = 1
}

async function main(args) {
  await setUpDependencies()
  await setUpBuild()
  const { executable, reason } = await setUpElectron()
  if (!executable) throw new Error(`An app can't be packaged without Electron: ${reason}.`)
  step('Laying out the engine')
  layOut()
  step('Packaging with electron-builder')
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
  const { code } = await run(nodeBinary(), [builder, '--publish=never', ...args, ...overrideArguments()])
  if (code === 0) done('Packaged below dist/')
  return code
}

/**
 * With an Electron from ELECTRON_OVERRIDE_DIST_PATH nothing is downloaded. The fuses in electron-builder.yml are those of the
 * pinned Electron; an older one lacks some of them and is packaged without any, which is fit for trying out and not for release.
 */
function overrideArguments() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (!folder) return []
  const pinned = JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')).version
  const found = versionIn(folder)
  const args = [`-c.electronDist=${folder}`]
  if (found === pinned) return args
  warn(
    `This Electron is ${found ?? 'of an unknown version'}, not ${pinned}: packaged WITHOUT FUSES, for trying out only.`,
  )
  return [...args, '--config=scripts/package/withoutFuses.yml']
}

function versionIn(folder) {
  const file = join(folder, 'version')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : null
}
