import { createDrop } from '../model/layers.ts'
import { capture, fold, tf, valueAndGradients, type Captured } from '../tensor/index.ts'
import type { Batch } from './batches.ts'
import { mix } from './random.ts'
import type { StepOptions } from './step.ts'
import { createSums, type Sums } from './summedGradients.ts'
import type { Cached } from './systems/cached.ts'

/** Gradients of a batch that is never in memory as a whole. */
export interface CachedGradients {
  /** Fills `sums` with the gradients of a batch. @returns the loss and the system's own reports of it, by name */
  run(batch: Batch, at: { seed: number; step: number }): Promise<Record<string, number>>
  /** The gradient of each trained parameter. */
  sums: Sums
  dispose(): void
}

/**
 * Cached gradients (Gao et al. 2021, arXiv 2101.06983): the features of every chunk without gradients; the loss of all
 * features and its gradient by each; then chunk by chunk the features again, whose gradients are now known, and from them those
 * of the parameters, which are summed. The same gradients as those of the whole batch, in the memory of one chunk.
 *
 * Subtle: the parts are programs that run one after the other. In one program nothing would keep a runtime from working on
 * several chunks at once, or from seeing that both passes over a chunk are the same and keeping the first.
 */
export function createCachedGradients(options: StepOptions, cached: Cached): CachedGradients {
  const { knobs } = options
  const sums = createSums(options)
  const parts = captureParts(options, cached, sums)
  const chunks = chunksOf(knobs.batchSize, cached.chunk(knobs))

  async function run(batch: Batch, { seed, step }: { seed: number; step: number }) {
    const inputs = chunks.map((chunk, index) => chunkInputs(batch, chunk, Int32Array.of(mix(seed, index), step)))
    const encoded: Float32Array[][] = []
    for (const [index, { size }] of chunks.entries()) encoded.push(await values(parts.encode(size), inputs[index]!))
    const features = parts.features().map((_, at) => joined(encoded.map((chunk) => chunk[at]!)))
    const numbers = [batch.sampleIds, batch.captionIds, Int32Array.of(seed, step), Float32Array.of(step + 1)]
    const [reports, ...slopes] = await values(parts.compare(), [...features, ...numbers])
    for (const [index, chunk] of chunks.entries()) {
      const own = slopes.map((slope) => rows(slope, chunk, knobs.batchSize))
      await values(parts.learn(chunk.size), [...inputs[index]!, ...own])
    }
    return Object.fromEntries(parts.reports().map((name, at) => [name, reports![at]!]))
  }

  return {
    run,
    sums,
    dispose() {
      parts.dispose()
      tf.dispose(sums)
    },
  }
}

interface Feature {
  name: string
  /** Of one pair. */
  shape: number[]
}

/** The three programs, captured when they are first needed; the last chunk may be shorter and then has its own. */
function captureParts(options: StepOptions, cached: Cached, sums: Sums) {
  const { shape, knobs, textLength, parameters, optimiser } = options
  const programs = new Map<string, Captured>()
  const trained = optimiser.names.map((name) => parameters[name]!)
  const common = { state: Object.values(sums), xla: knobs.compile }
  let features: Feature[] = []
  let reports: string[] = []

  function once(name: string, make: () => Captured): Captured {
    const program = programs.get(name) ?? make()
    programs.set(name, program)
    return program
  }
  const chunkSpecs = (size: number) => [
    { shape: [size, shape.image.size, shape.image.size, 3], dtype: 'uint8' as const },
    { shape: [size, textLength], dtype: 'int32' as const },
    { shape: [size, textLength], dtype: 'int32' as const },
    { shape: [2], dtype: 'int32' as const },
  ]
  const featureSpecs = (size: number) =>
    features.map(({ shape }) => ({ shape: [size, ...shape], dtype: 'float32' as const }))

  /** Both passes over a chunk draw the same random numbers, since they are given the same seed. */
  function forward([images, text, caption, seed]: tf.Tensor[]): Record<string, tf.Tensor> {
    const drop = createDrop(knobs.dropout, fold(seed!, -1))
    const model = { shape, parameters, drop, recompute: knobs.recompute }
    return cached.features({ shape, knobs, model, images: images!, text: text!, caption: caption! })
  }

  function encode(size: number): Captured {
    const run = (...inputs: tf.Tensor[]) => {
      const made = Object.entries(forward(inputs))
      features = made.map(([name, feature]) => ({ name, shape: feature.shape.slice(1) }))
      return made.map(([, feature]) => feature)
    }
    return once(`encode-${size}`, () => capture(run, { ...common, name: `encode-${size}`, inputs: chunkSpecs(size) }))
  }

  function compare(): Captured {
    const run = (...inputs: tf.Tensor[]) => {
      const made = inputs.slice(0, features.length)
      const [sample, captionId, seed, step] = inputs.slice(features.length) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Scalar,
      ]
      const named = Object.fromEntries(features.map(({ name }, index) => [name, made[index]!]))
      const loss = () => {
        const { loss, report } = cached.losses({ shape, knobs, parameters, sample, captionId, seed, step }, named)
        return { loss, extra: report }
      }
      const { value, gradients, extra } = valueAndGradients(loss, [...made, ...trained] as tf.Variable[])
      optimiser.names.forEach((name, index) => sums[name]!.assign(gradients[features.length + index]!))
      reports = ['loss', ...Object.keys(extra)]
      return [tf.stack([value, ...Object.values(extra)]), ...gradients.slice(0, features.length)]
    }
    const { batchSize } = knobs
    const inputs = [
      ...featureSpecs(batchSize),
      { shape: [batchSize], dtype: 'int32' as const },
      { shape: [batchSize], dtype: 'int32' as const },
      { shape: [2], dtype: 'int32' as const },
      { shape: [], dtype: 'float32' as const },
    ]
    return once('compare', () => capture(run, { ...common, name: 'compare', inputs }))
  }

  function learn(size: number): Captured {
    const run = (...inputs: tf.Tensor[]) => {
      const slopes = inputs.slice(4)
      // its gradient by a feature is that feature's slope
      const loss = () =>
        tf.addN(Object.values(forward(inputs)).map((feature, index) => tf.sum(tf.mul(feature, slopes[index]!))))
      const { value, gradients } = valueAndGradients(loss, trained)
      optimiser.names.forEach((name, index) => sums[name]!.assign(tf.add(sums[name]!, gradients[index]!)))
      return [value]
    }
    const inputs = [...chunkSpecs(size), ...featureSpecs(size)]
    return once(`learn-${size}`, () => capture(run, { ...common, name: `learn-${size}`, inputs }))
  }

  return {
    encode,
    compare,
    learn,
    features: () => features,
    reports: () => reports,
    dispose: () => programs.forEach((program) => program.dispose()),
  }
}

interface Chunk {
  start: number
  size: number
}

function chunksOf(batchSize: number, chunk: number): Chunk[] {
  const count = Math.ceil(batchSize / chunk)
  return Array.from({ length: count }, (_, index) => {
    const start = index * chunk
    return { start, size: Math.min(chunk, batchSize - start) }
  })
}

/** The rows of a chunk, without a copy. */
function rows<T extends Uint8Array | Int32Array | Float32Array>(
  values: T,
  { start, size }: Chunk,
  batchSize: number,
): T {
  const width = values.length / batchSize
  return values.subarray(start * width, (start + size) * width) as T
}

function chunkInputs({ images, text, caption, sampleIds }: Batch, chunk: Chunk, seed: Int32Array) {
  const count = sampleIds.length
  return [rows(images, chunk, count), rows(text, chunk, count), rows(caption, chunk, count), seed]
}

/** Runs a program and brings its results to the host. */
async function values(program: Captured, inputs: Parameters<Captured['run']>[0]): Promise<Float32Array[]> {
  const results = await program.run(inputs)
  const data = await Promise.all(results.map((result) => result.data<'float32'>()))
  tf.dispose(results)
  return data
}

function joined(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
