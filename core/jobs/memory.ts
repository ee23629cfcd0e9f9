import type { MemoryPlan } from '../contract/index.ts'
import type { Shape } from '../model/shape.ts'
import { knownWorkerRuntime } from '../tensor/provision/gpu/worker.ts'
import type { Knobs } from '../train/knobs.ts'
import { estimateMemory, largestBatch } from '../train/memory.ts'

/** Part of a GPU's memory that the runtime may take. */
const usableShare = 0.9

/** Memory that a run needs where it will compute, what is left there, and the largest batch that fits. */
export async function planMemory(shape: Shape, knobs: Knobs, find = knownWorkerRuntime): Promise<MemoryPlan> {
  const { gpu, memoryBytes, fault, environment } = await find()
  const onGpu = environment['WINNOW_PRECISION'] === 'bfloat16' ? 'gpuBfloat16' : 'gpu'
  const place = gpu ? onGpu : 'cpu'
  const onCard = memoryBytes === null ? null : memoryBytes * usableShare
  const availableBytes = gpu ? onCard : process.availableMemory()
  const { total, ...parts } = estimateMemory(shape, knobs, place)
  return {
    device: gpu ?? 'CPU',
    fault: fault?.code === 'gpu-none' ? null : fault,
    availableBytes,
    totalBytes: total,
    ...parts,
    largestBatch: availableBytes === null ? null : largestBatch(shape, knobs, place, availableBytes),
  }
}
