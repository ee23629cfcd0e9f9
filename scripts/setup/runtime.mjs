/** Compute runtimes, which the engine's own installer puts into the per-user cache. */
import { join } from 'node:path'
import { run } from './command.mjs'
import { nodeBinary, root } from './places.mjs'
import { warn } from './say.mjs'

const noneForThisMachine = 3
const titles = { tensorflow: 'The compute runtime', 'pjrt-cpu': 'The CPU plugin for tests' }

/** Puts the CPU runtime in the cache. Returns whether there is one for this machine. */
export async function setUpRuntime() {
  if (process.env.WINNOW_TENSORFLOW) return true
  const found = await install('tensorflow')
  if (!found) {
    warn(
      `No compute runtime is known for ${process.platform} ${process.arch}. Browsing and curation work; training and captioning do not.`,
    )
  }
  return found
}

/** Puts the CPU plugin that stands for a GPU in tests into the cache. Returns whether it is there: most tests run without it. */
export async function setUpTestPlugin() {
  try {
    return await install('pjrt-cpu')
  } catch (error) {
    warn(error.message)
    return false
  }
}

async function install(choice) {
  const program = join(root, 'core', 'tensor', 'provision', 'program.ts')
  const { code } = await run(nodeBinary(), [program, choice])
  if (code === noneForThisMachine) return false
  if (code === 0) return true
  const remedy =
    choice === 'tensorflow' ? ' With an existing copy, set WINNOW_TENSORFLOW to the folder of its libraries.' : ''
  throw new Error(`${titles[choice]} could not be installed. Look at the message above.${remedy}`)
}
