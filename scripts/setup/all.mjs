/** Everything that must be there before Winnow runs. Each part looks first and does nothing when all is well. */
import { setUpBuild } from './build.mjs'
import { setUpDependencies } from './dependencies.mjs'
import { setUpElectron } from './electron.mjs'
import { setUpRuntime } from './runtime.mjs'

/** Returns `{ runtime, electron }`; throws with a message for people when something needed can't be had. */
export async function setUp({ build = true } = {}) {
  requireNode20()
  await setUpDependencies()
  const runtime = await setUpRuntime()
  const electron = await setUpElectron()
  if (build) await setUpBuild()
  return { runtime, electron }
}

function requireNode20() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Error(`Winnow needs Node 20 or later to set itself up; this is Node ${process.versions.node}.`)
  }
}
