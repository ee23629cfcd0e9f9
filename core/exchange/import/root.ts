import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { asFault, Fault } from '../../contract/index.ts'

/** Makes paths of an import absolute, and refuses those that lead out of its root. */
export interface Root {
  readonly path: string
  /** Faults: outside-root, not-found. */
  locate(path: string): Promise<string>
}

/** Faults: not-found. */
export async function openRoot(folder: string): Promise<Root> {
  const path = resolve(folder)
  let real: string
  try {
    real = await realpath(path)
  } catch (error) {
    throw asFault(error, path)
  }
  async function locate(written: string): Promise<string> {
    const wanted = resolve(path, written)
    if (written.includes('\0') || (!isInside(path, wanted) && !isInside(real, wanted))) throw outside(written)
    let found: string
    try {
      found = await realpath(wanted)
    } catch (error) {
      throw asFault(error, written)
    }
    if (!isInside(real, found)) throw outside(written)
    return wanted
  }
  return { path, locate }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function outside(path: string): Fault {
  return new Fault('outside-root', 'The path leads out of the folder that is imported.', {
    subject: path,
    hint: 'Choose the folder that holds all pictures as the root.',
  })
}
