import { startOurs, type Program } from './program.ts'

export interface StartFields {
  /** Folder of compiled programs, where the runtime keeps any; default: none. */
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

/** The modes that can run on this machine: the first is what users get here. PJRT needs WINNOW_PJRT_PLUGIN. */
export function oursModes({ quick, uncompiled = false }: ModeOptions): Mode[] {
  const mode = (name: string, mode: Mode['mode'], runtime: Mode['runtime']): Mode => {
    return { name, mode, runtime, keeps: runtime === 'pjrt', start: (fields) => started(runtime, fields) }
  }
  return [
    mode('captured', 'captured', 'libtensorflow'),
    ...(quick || uncompiled ? [] : [mode('captured, XLA', 'xla', 'libtensorflow')]),
    ...(process.env['WINNOW_PJRT_PLUGIN'] && !uncompiled ? [mode('captured, PJRT', 'captured', 'pjrt')] : []),
  ]
}

async function started(runtime: Mode['runtime'], { cache }: StartFields = {}): Promise<Program> {
  const program = startOurs('train.ts')
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
