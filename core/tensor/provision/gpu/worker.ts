import { Fault, type FaultRecord } from '../../../contract/index.ts'
import { cacheFolder } from '../folder.ts'
import { pluginEnvironment } from './plugin.ts'
import { gpuStatus, testGpu, type GpuOptions } from './status.ts'

/** Which runtime a worker gets, and why not the GPU's. */
export interface WorkerRuntime {
  environment: Record<string, string>
  /** Model of the GPU; null where the CPU computes. */
  gpu: string | null
  /** The GPU's memory, where it is known. */
  memoryBytes: number | null
  /** Why a GPU that is there isn't used. */
  fault: FaultRecord | null
}

/**
 * The runtime for workers: a GPU that passed its self-test, else the CPU. A plugin, driver or card that changed since is tested
 * first. WINNOW_RUNTIME set by the person overrides all.
 */
export async function workerRuntime(options: GpuOptions = {}): Promise<WorkerRuntime> {
  const { cache = cacheFolder(), environment = process.env } = options
  if (environment['WINNOW_RUNTIME']) return { environment: {}, gpu: null, memoryBytes: null, fault: null }
  const status = await gpuStatus(options)
  if (status.state === 'none' || status.state === 'installable')
    return onCpu(status.fault ?? offer(status.choice?.gpu?.name))
  const tested = status.tested ?? (await testGpu(status, options))
  if (tested.fault) return onCpu(tested.fault)
  const gpu = tested.device ?? status.choice?.gpu?.name ?? 'GPU'
  // The card that answered may be another than the one chosen here, where the person chose among several.
  const card = status.hardware.gpus.find(({ name }) => name === gpu) ?? status.choice?.gpu
  const memoryBytes = card?.memoryBytes ?? tested.memoryBytes
  return { environment: pluginEnvironment(status.choice!, cache, status.hardware), gpu, memoryBytes, fault: null }
}

function onCpu(fault: FaultRecord): WorkerRuntime {
  return { environment: { WINNOW_RUNTIME: 'libtensorflow' }, gpu: null, memoryBytes: null, fault }
}

function offer(name = 'The GPU'): FaultRecord {
  const hint = 'Run `winnow doctor --install-gpu`, which fetches its plugin.'
  return new Fault('gpu-not-installed', `${name} isn’t used yet; the CPU computes.`, { hint }).toJSON()
}

/** A plugin that is installed or tested by another process, such as `winnow doctor`, is noticed after so long. */
const freshMs = 30_000

let found: { at: number; runtime: Promise<WorkerRuntime> } | null = null

/** `workerRuntime`, asked at most every half minute: the drivers' tools take their time. */
export function knownWorkerRuntime(find = workerRuntime, now = Date.now()): Promise<WorkerRuntime> {
  if (found && now - found.at < freshMs) return found.runtime
  const runtime = find()
  found = { at: now, runtime }
  runtime.catch(forgetWorkerRuntime)
  return runtime
}

/** Looks anew the next time, because a plugin was installed or tested here. */
export function forgetWorkerRuntime(): void {
  found = null
}
