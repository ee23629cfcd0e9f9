import { closeSync, openSync } from 'node:fs'
import koffi, { type LibraryHandle } from 'koffi'
import { Fault } from '../../contract/fault.ts'

const MiB = 2 ** 20
const systems: Partial<Record<NodeJS.Platform, string>> = { linux: 'libc.so.6', darwin: 'libSystem.dylib' }

let configured = false

/**
 * Loads shared libraries in the given order and returns them, kept until the process ends. `global` shares their symbols with later ones.
 * Throws Fault `runtime-unsupported` on other platforms, and `runtime-missing` with the loader's words when one can't be loaded.
 */
export function loadPinned(paths: string[], { global }: { global: boolean }): LibraryHandle[] {
  configure()
  paths.forEach((path) => pin(path, global))
  return paths.map((path) => koffi.load(path, { global }))
}

/** XLA compiles on the caller's stack, which koffi provides: both kinds of call need room. Must precede any load. */
function configure() {
  if (configured) return
  configured = true
  koffi.config({
    sync_stack_size: 16 * MiB,
    sync_heap_size: 8 * MiB,
    async_stack_size: 16 * MiB,
    async_heap_size: 8 * MiB,
    resident_async_pools: 1,
  })
}

/** Subtle: koffi closes its libraries at exit, and TensorFlow and XLA crash when closed, so each is pinned first. */
function pin(path: string, shared: boolean) {
  const name = systems[process.platform]
  if (!name) throw new Fault('runtime-unsupported', `There is no tensor runtime for ${process.platform} yet.`)
  const now = 2
  const global = process.platform === 'darwin' ? 0x8 : 0x100
  const keep = process.platform === 'darwin' ? 0x80 : 0x1000
  const system = koffi.load(name)
  const open = system.func('dlopen', 'void*', ['str', 'int'])
  const lastError = system.func('dlerror', 'str', []) // bound before, since binding a function clears the error
  if (quietly(system, () => open(path, now | keep | (shared ? global : 0)) as unknown)) return
  const reason = lastError() as string
  throw new Fault('runtime-missing', `A library of the tensor runtime can't be loaded: ${reason}`, { subject: path })
}

/** Runs `task` with stderr shut: TensorFlow announces oneDNN there while it is loaded, past every log level. */
function quietly<Result>(system: LibraryHandle, task: () => Result): Result {
  const stderr = 2
  const replace = system.func('dup2', 'int', ['int', 'int'])
  const kept = system.func('dup', 'int', ['int'])(stderr) as number
  const nowhere = openSync('/dev/null', 'w')
  try {
    replace(nowhere, stderr)
    return task()
  } finally {
    replace(kept, stderr)
    closeSync(kept)
    closeSync(nowhere)
  }
}
