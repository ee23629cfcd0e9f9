import { installBackend } from '../backend/backend.ts'
import { openSession } from '../binding/session.ts'
import { bindApi, C } from '../ffi/api.ts'
import { listDevices, newContext } from '../ffi/context.ts'
import { loadLibraries } from '../ffi/libraries.ts'
import { liveHandles } from '../ffi/tensors.ts'
import { runtimeFolder } from '../provision/folder.ts'
import type { Runtime } from './runtime.ts'

export interface StartOptions {
  /** Folder of the libraries; default: `runtimeFolder()`. */
  root?: string
  /** Threads inside one operation; 0 or absent: as many as cores. */
  threads?: number
}

let started: Promise<Runtime> | null = null

/** Loads the runtime and makes it tfjs's backend. Later calls return the same runtime, whatever their options. */
export function startTensor(options: StartOptions = {}): Promise<Runtime> {
  started ??= start(options).catch((error: unknown) => {
    started = null
    throw error
  })
  return started
}

async function start({ root = runtimeFolder(), threads = 0 }: StartOptions): Promise<Runtime> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2' // warnings about CPU features are not for people
  bindApi(loadLibraries(root))
  const { context } = openSession(newContext(threads))
  await installBackend()
  return {
    name: 'libtensorflow',
    version: C.TF_Version() as string,
    root,
    devices: () => listDevices(context),
    liveHandles,
  }
}
