import { existsSync } from 'node:fs'
import { join } from 'node:path'
import koffi, { type LibraryHandle } from 'koffi'
import { Fault } from '../../contract/fault.ts'

const MiB = 2 ** 20

const libraryNames: Partial<Record<NodeJS.Platform, { framework: string; main: string; system: string }>> = {
  linux: { framework: 'libtensorflow_framework.so.2', main: 'libtensorflow_cc.so.2', system: 'libc.so.6' },
  darwin: { framework: 'libtensorflow_framework.2.dylib', main: 'libtensorflow_cc.2.dylib', system: 'libSystem.dylib' },
}

/**
 * Loads TensorFlow's two libraries from a flat folder and returns the one that holds the C API.
 * Throws Fault `runtime-missing` when a file is absent and `runtime-unsupported` on other platforms.
 */
export function loadLibraries(root: string): LibraryHandle {
  const names = libraryNames[process.platform]
  if (!names) throw new Fault('runtime-unsupported', `There is no tensor runtime for ${process.platform} yet.`)
  const framework = present(root, names.framework)
  const main = present(root, names.main)
  // XLA compiles on the caller's stack, which koffi provides: both kinds of call need room. Must precede any load.
  koffi.config({
    sync_stack_size: 16 * MiB,
    sync_heap_size: 8 * MiB,
    async_stack_size: 16 * MiB,
    async_heap_size: 8 * MiB,
    resident_async_pools: 1,
  })
  pin(names.system, [framework, main])
  koffi.load(framework, { global: true })
  return koffi.load(main, { global: true })
}

/** Subtle: koffi closes its libraries at exit and TensorFlow's crash when closed, so each is pinned first. */
function pin(system: string, paths: string[]) {
  const now = 2
  const global = process.platform === 'darwin' ? 0x8 : 0x100
  const keep = process.platform === 'darwin' ? 0x80 : 0x1000
  const open = koffi.load(system).func('dlopen', 'void*', ['str', 'int'])
  for (const path of paths) open(path, now | global | keep)
}

function present(root: string, name: string): string {
  const path = join(root, name)
  if (existsSync(path)) return path
  throw new Fault('runtime-missing', `The tensor runtime is not installed: ${name} is missing.`, {
    subject: root,
    hint: 'Run `npm start` once to fetch it, or set WINNOW_TENSORFLOW to the folder that holds it.',
  })
}
