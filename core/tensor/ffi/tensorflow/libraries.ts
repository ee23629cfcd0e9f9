import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LibraryHandle } from 'koffi'
import { Fault } from '../../../contract/fault.ts'
import { loadPinned } from '../load.ts'

const libraryNames: Partial<Record<NodeJS.Platform, { framework: string; main: string }>> = {
  linux: { framework: 'libtensorflow_framework.so.2', main: 'libtensorflow_cc.so.2' },
  darwin: { framework: 'libtensorflow_framework.2.dylib', main: 'libtensorflow_cc.2.dylib' },
}

/**
 * Loads TensorFlow's two libraries from a flat folder and returns the one that holds the C API.
 * Throws Fault `runtime-missing` when a file is absent and `runtime-unsupported` on other platforms.
 */
export function loadLibraries(root: string): LibraryHandle {
  const names = libraryNames[process.platform]
  if (!names) throw new Fault('runtime-unsupported', `There is no tensor runtime for ${process.platform} yet.`)
  const [, main] = loadPinned([present(root, names.framework), present(root, names.main)], { global: true })
  return main!
}

function present(root: string, name: string): string {
  const path = join(root, name)
  if (existsSync(path)) return path
  throw new Fault('runtime-missing', `The tensor runtime is not installed: ${name} is missing.`, {
    subject: root,
    hint: 'Run `npm start` once to fetch it, or set WINNOW_TENSORFLOW to the folder that holds it.',
  })
}
