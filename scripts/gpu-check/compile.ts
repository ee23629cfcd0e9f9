/**
 * Compiles steps for one card in a process of its own and prints a JSON line for each program.
 * Usage: node compile.ts PLUGIN '{ card, precision, recipe, batchSize, work: [[size, kind], …] }'
 */
import { startTensor, type Compiled, type Precision, type Runtime } from '../../core/tensor/index.ts'
import { knownGpus } from '../../core/tensor/runtime/pjrt/gpuSpecs.ts'
import { cardNamed } from './cards.ts'
import { countKernels, readModule, type Kernels } from './hlo.ts'
import { captureSteps, type Kind, type Size } from './steps.ts'

export interface Order {
  card: string
  precision: Precision
  recipe: string
  batchSize?: number
  work: [Size, Kind][]
}

/** What was found of one program; `fault` where it could not be compiled. */
export interface Row {
  card: string
  precision: Precision
  size: Size
  kind: Kind
  program: string
  seconds: number
  /** Bytes on the device while it runs. */
  peak: number
  temporary: number
  arguments: number
  kernels: Kernels | null
  fault: string | null
}

/** Without a card nothing can be timed, so XLA takes its first choice of each kernel. */
const flags = { xla_gpu_autotune_level: 0 }

const [plugin, order] = [process.argv[2]!, JSON.parse(process.argv[3]!) as Order]
const paper = cardNamed(order.card, await knownGpus(plugin))
const runtime = await startTensor({ runtime: 'pjrt', plugin, paper, precision: order.precision, flags })
const programs = watchPrograms(runtime)
for (const [size, kind] of order.work) {
  try {
    await captureSteps(size, kind, order)
  } catch (error) {
    tell(size, kind, kind, { fault: (error as Error).message })
  }
  for (const { name, compiled } of programs.splice(0)) {
    try {
      tell(size, kind, name, rowOf((await compiled)!))
    } catch (error) {
      tell(size, kind, name, { fault: (error as Error).message })
    }
  }
}
process.exit(0)

/** Collects the programs that are recorded from now on. */
function watchPrograms(target: Runtime): { name: string; compiled: Promise<Compiled | null> }[] {
  const found: { name: string; compiled: Promise<Compiled | null> }[] = []
  const record = target.record.bind(target)
  target.record = (options) => {
    const recorder = record(options)
    const finish = recorder.finish.bind(recorder)
    recorder.finish = (finishing) => {
      const program = finish(finishing)
      const compiled = program.compiled()
      compiled.catch(() => undefined)
      found.push({ name: finishing.name, compiled })
      return program
    }
    return recorder
  }
  return found
}

function rowOf({ seconds, memory, optimised }: Compiled): Partial<Row> {
  const { code, format } = optimised()
  const peak = memory ? memory.peak || memory.arguments + memory.outputs - memory.aliased + memory.temporary : 0
  const kernels = countKernels(readModule(code, format))
  return { seconds, peak, temporary: memory?.temporary ?? 0, arguments: memory?.arguments ?? 0, kernels }
}

function tell(size: Size, kind: Kind, program: string, found: Partial<Row>) {
  const { card, precision } = order
  const nothing = { seconds: 0, peak: 0, temporary: 0, arguments: 0, kernels: null, fault: null }
  console.log(JSON.stringify({ card, precision, size, kind, program, ...nothing, ...found } satisfies Row))
}
