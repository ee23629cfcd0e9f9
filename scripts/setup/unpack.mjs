/** Unpacks wheels with Python's zipfile, so that set-up itself needs no package. */
import { join } from 'node:path'
import { run } from './command.mjs'
import { root } from './places.mjs'
import { findPython } from './python.mjs'

/** Writes the two TensorFlow libraries of `wheel` and an `installed.json` with their sizes into `folder`. */
export async function unpackWheel(wheel, folder, sha256) {
  const { code } = await run(await findPython(), [join(root, 'scripts', 'setup', 'unpack.py'), wheel, folder, sha256])
  if (code !== 0)
    throw new Error('Unpacking the compute runtime failed. Is the disk full? It needs 1.2 GB in the cache folder.')
}
