/** npm packages and the Node binary that the engine runs on. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm, run } from './command.mjs'
import { nodeBinary, root } from './places.mjs'
import { done, step } from './say.mjs'

/** Installs what package-lock.json names, if it is not there yet. */
export async function setUpDependencies() {
  if (!installed()) await install()
  await setUpNode()
}

/** npm writes its own record last, so a record that agrees with the lock file is a finished install. */
function installed() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const have = JSON.parse(readFileSync(record, 'utf8')).packages
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(want).every(
    ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
  )
}

async function install() {
  step('Installing dependencies (npm ci)')
  // Install scripts stay off: the native packages carry prebuilt binaries, and Electron is fetched by its own step.
  const { code } = await npm(['ci', '--ignore-scripts', '--loglevel=error'])
  if (code !== 0)
    throw new Error('npm ci failed. Look at its message above; most often the network or a proxy is the cause.')
  done('Dependencies installed')
}

async function setUpNode() {
  if (await nodeWorks()) return
  step('Fetching Node 24 for the engine')
  const { code } = await npm(['rebuild', 'node', '--loglevel=error', '--engine-strict=false'])
  if (code !== 0 || !(await nodeWorks())) {
    throw new Error('The engine needs Node 24, but the npm package "node" did not deliver it. Try: npm rebuild node')
  }
  done('Node 24 ready')
}

async function nodeWorks() {
  if (!existsSync(nodeBinary())) return false
  const { output } = await run(nodeBinary(), ['--version'], { capture: true })
  return output.startsWith('v24.')
}
