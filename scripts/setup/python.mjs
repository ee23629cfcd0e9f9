/** Python is used for one thing: pip fetches wheels from the package index. */
import { run } from './command.mjs'

/** The first Python 3 on the PATH that has pip. */
export async function findPython() {
  for (const program of ['python3', 'python', 'py']) {
    const { code } = await run(program, ['-m', 'pip', '--version'], { capture: true })
    if (code === 0) return program
  }
  throw new Error(`Set-up fetches the compute runtime with Python's pip, and found no Python 3 with pip. ${remedy()}`)
}

function remedy() {
  if (process.platform === 'linux')
    return 'Install it with your package manager, for instance: sudo apt-get install python3-pip'
  if (process.platform === 'darwin') return 'Install it with: xcode-select --install'
  return 'Install Python 3 from python.org.'
}
