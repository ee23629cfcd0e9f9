import { join } from 'node:path'
import { cacheFolder } from '../../core/tensor/provision/folder.ts'
import { installed } from '../../core/tensor/provision/install.ts'
import { pjrtCpuFor } from '../../core/tensor/provision/packages/pjrtCpu.ts'
import { startOurs, type Program } from './program.ts'

export interface StartFields {
  /**
   * Folder of what is kept from launch to launch: compiled programs, where the runtime keeps any, and what Node made of the
   * source, as in a worker of the engine; default: none.
   */
  cache?: string
}

/** One way to run our step. */
export interface Mode {
  name: string
  /** As bench/ours/train.ts calls it. */
  mode: 'captured' | 'xla'
  runtime: 'libtensorflow' | 'pjrt'
  /** Whether compiled programs are kept on disk. */
  keeps: boolean
  /** A new process with the mode's runtime started. */
  start(fields?: StartFields): Promise<Program>
}

export interface ModeOptions {
  quick: boolean
  uncompiled?: boolean
}

/** The modes that can run on this machine: the first is what users get here. */
export function oursModes({ quick, uncompiled = false }: ModeOptions): Mode[] {
  const mode = (name: string, mode: Mode['mode'], runtime: Mode['runtime']): Mode => {
    return { name, mode, runtime, keeps: runtime === 'pjrt', start: (fields) => started(runtime, fields) }
  }
  return [
    mode('captured', 'captured', 'libtensorflow'),
    ...(quick || uncompiled ? [] : [mode('captured, XLA', 'xla', 'libtensorflow')]),
    ...(plugin() && !uncompiled ? [mode('captured, PJRT', 'captured', 'pjrt')] : []),
  ]
}

/** The plugin that PJRT runs on: WINNOW_PJRT_PLUGIN, or the CPU plugin that `npm test` has fetched; null without one. */
function plugin(): string | null {
  const own = process.env['WINNOW_PJRT_PLUGIN']
  if (own) return own
  const wheels = pjrtCpuFor(`${process.platform}-${process.arch}`)
  return wheels && installed(wheels) ? join(cacheFolder(), wheels.folder, 'pjrt_c_api_cpu_plugin.so') : null
}

async function started(runtime: Mode['runtime'], { cache }: StartFields = {}): Promise<Program> {
  const environment = {
    ...(runtime === 'pjrt' ? { WINNOW_PJRT_PLUGIN: plugin()! } : {}),
    ...(cache ? { NODE_COMPILE_CACHE: join(cache, 'modules') } : {}),
  }
  const program = startOurs('train.ts', { environment })
  await program.ask('start', { runtime, cache: cache ?? false })
  return program
}

/**
 * The ways to run PyTorch's step; AdamW is fused in all. "Shared" computes a picture's keys and values once for matcher
 * and decoder, which saves a tenth of the arithmetic; it is what gets compiled.
 */
export function peerModes({ quick, uncompiled = false }: ModeOptions) {
  const eager = { name: 'PyTorch eager', mode: 'eager' }
  const shared = { name: 'PyTorch eager, shared keys', mode: 'shared' }
  const compiled = uncompiled ? [] : [{ name: 'PyTorch compile', mode: 'compile' }]
  return quick ? [eager] : [eager, shared, ...compiled]
}
