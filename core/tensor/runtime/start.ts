import { Fault } from '../../contract/fault.ts'
import { installBackend } from '../backend/backend.ts'
import { openSession } from '../binding/session.ts'
import { runtimeFolder } from '../provision/folder.ts'
import { startPjrt, type PjrtOptions } from './pjrt/start.ts'
import type { Precision, Runtime, RuntimeName } from './runtime.ts'
import { startTensorFlow } from './tensorflow/runtime.ts'

export interface StartOptions extends PjrtOptions {
  /** Default: WINNOW_RUNTIME, or else 'libtensorflow'. */
  runtime?: RuntimeName
  /** libtensorflow: folder of the libraries; default: `runtimeFolder()`. */
  root?: string
  /** libtensorflow: threads inside one operation; 0 or absent: as many as cores. */
  threads?: number
  /** Precision of captured steps that don't ask for one; default: WINNOW_PRECISION, or else 'float32'. */
  precision?: Precision
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

async function start(options: StartOptions): Promise<Runtime> {
  const { runtime: name = chosenRuntime(), root = runtimeFolder(), threads = 0 } = options
  const precision = options.precision ?? chosenPrecision()
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2' // warnings about CPU features are not for people
  // TensorFlow uses oneDNN by itself only where it finds AVX-512 VNNI; on AVX2 it makes a training step a tenth faster too.
  if (process.arch === 'x64') process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1'
  const runtime = name === 'pjrt' ? startPjrt({ ...options, precision }) : startTensorFlow(root, threads, precision)
  openSession(runtime)
  await installBackend()
  return runtime
}

/** The runtime that WINNOW_RUNTIME asks for. Throws Fault `runtime-unsupported` for one that does not exist. */
export function chosenRuntime(environment: NodeJS.ProcessEnv = process.env): RuntimeName {
  const name = environment['WINNOW_RUNTIME'] || 'libtensorflow'
  if (name === 'libtensorflow' || name === 'pjrt') return name
  throw new Fault('runtime-unsupported', `There is no tensor runtime called ${name}.`, {
    subject: name,
    hint: 'Set WINNOW_RUNTIME to libtensorflow or pjrt, or leave it unset.',
  })
}

/** The precision that WINNOW_PRECISION asks for. Throws Fault `precision-unsupported` for one that does not exist. */
export function chosenPrecision(environment: NodeJS.ProcessEnv = process.env): Precision {
  const name = environment['WINNOW_PRECISION'] || 'float32'
  if (name === 'float32' || name === 'bfloat16') return name
  throw new Fault('precision-unsupported', `There is no precision called ${name}.`, {
    subject: name,
    hint: 'Set WINNOW_PRECISION to float32 or bfloat16, or leave it unset.',
  })
}
