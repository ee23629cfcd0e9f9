import { parameterShapes } from '../model/families.ts'
import type { Shape } from '../model/shape.ts'
import { trainedNames } from './groups.ts'
import type { Knobs } from './knobs.ts'
import { planOf } from './plans/index.ts'

/** Where a run computes; each keeps activations in its own way. */
export type MemoryPlace = 'cpu' | 'gpu' | 'gpuBfloat16'

/** What a training run needs, in bytes: an estimate to plan by, not a promise. */
export interface MemoryEstimate {
  parameters: number
  /** Both moments of every trained parameter. */
  moments: number
  /** Those of a batch, and the sums where several batches make a step. */
  gradients: number
  /** What the forward pass keeps for the backward pass, of the whole batch. */
  activations: number
  /** What one more pair in the batch costs. */
  perPair: number
  /** Scratch memory that does not depend on the batch. */
  workspace: number
  /** The runtime's code, the worker around it, and the compiler where the processor's steps are compiled. */
  runtime: number
  total: number
}

const bytesPerFloat = 4

/** Fitted to the peaks that `npm run bench -- memory` and `npm run gpu-check` show; see docs/performance.md and docs/gpu.md. */
const calibration = {
  cpu: { runtime: 0.56e9, activations: 1, workspacePerParameter: 1 },
  // A GPU's memory holds neither program nor worker; what XLA and the libraries take beside is bounded.
  gpu: { runtime: 0.5e9, activations: 1, workspacePerParameter: 0 },
  gpuBfloat16: { runtime: 0.5e9, activations: 0.75, workspacePerParameter: 0 },
}

/** What XLA's compiler took on a processor, for the tiny shape as for the small one. */
const compilerBytes = 0.77e9

/** Memory of a training run with the matching loss at work, on the processor or on a card. */
export function estimateMemory(shape: Shape, knobs: Knobs, place: MemoryPlace = 'cpu'): MemoryEstimate {
  const { runtime, activations: kept, workspacePerParameter } = calibration[place]
  const counts = [...parameterShapes(shape)].map(([name, dims]) => [name, product(dims)] as const)
  const { keptFloats } = planOf(knobs.system)
  const trained = new Set(
    trainedNames(
      counts.map(([name]) => name),
      knobs,
    ),
  )
  const all = bytesPerFloat * sum(counts.map(([, count]) => count))
  const moving = bytesPerFloat * sum(counts.map(([name, count]) => (trained.has(name) ? count : 0)))
  const activations = bytesPerFloat * kept * keptFloats(shape, knobs)
  const parts = {
    parameters: all,
    moments: 2 * moving,
    gradients: knobs.accumulate > 1 ? 2 * moving : moving,
    activations,
    workspace: workspacePerParameter * moving,
    runtime: place === 'cpu' && knobs.compile ? runtime + compilerBytes : runtime,
  }
  const next = bytesPerFloat * kept * keptFloats(shape, { ...knobs, batchSize: knobs.batchSize + 1 })
  return { ...parts, perPair: next - activations, total: sum(Object.values(parts)) }
}

/** The largest batch whose run fits into so many bytes; 0 where not even two pairs do. */
export function largestBatch(shape: Shape, knobs: Knobs, place: MemoryPlace, bytes: number): number {
  const fits = (batchSize: number) => estimateMemory(shape, { ...knobs, batchSize }, place).total <= bytes
  let [low, high] = [1, 2]
  while (high <= largestKnown && fits(high)) [low, high] = [high, high * 2]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (fits(middle)) low = middle
    else high = middle
  }
  return low < 2 ? 0 : Math.min(low, largestKnown)
}

/** The recipes' own limit of the knob batchSize. */
const largestKnown = 4096

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const product = (values: number[]) => values.reduce((total, value) => total * value, 1)
