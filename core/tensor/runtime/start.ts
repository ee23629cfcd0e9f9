import { installBackend } from '../backend/backend.ts'
import { openSession } from '../binding/session.ts'
import { runtimeFolder } from '../provision/folder.ts'
import type { Runtime } from './runtime.ts'
import { startTensorFlow } from './tensorflow/runtime.ts'

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
  const runtime = startTensorFlow(root, threads)
  openSession(runtime)
  await installBackend()
  return runtime
}
