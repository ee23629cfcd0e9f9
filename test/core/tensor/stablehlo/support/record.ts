/** Program: runs every case on the runtime that is named, and writes what came out as JSON. */
import { createRequire } from 'node:module'
import { capture, startTensor } from '../../../../../core/tensor/index.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import { cases } from '../cases/all.ts'
import type { Case } from './case.ts'
import { evaluate, toTensor, typedInput } from './evaluate.ts'
import { writable, type Outcome, type Recording, type Witness } from './outcome.ts'

const witness = process.argv[2] as Witness

/** Quick machine code instead of quick programs. */
const flags = { xla_backend_optimization_level: 0, xla_cpu_parallel_codegen_split_count: 1 }

async function start() {
  if (witness === 'libtensorflow') return startTensor({ runtime: witness })
  if (witness === 'pjrt') return startTensor({ runtime: witness, cache: false, flags })
  // tfjs-node's own dependency: the backend, and the gradients that tfjs-core registers for it
  const require = createRequire(import.meta.resolve('@tensorflow/tfjs-node-gpu/package.json'))
  require('@tensorflow/tfjs')
  await tf.setBackend('cpu')
}

async function outcomes(example: Case): Promise<Outcome[] | string> {
  try {
    const named = witness === 'pjrt' ? await compiled(example) : eager(example)
    return named.map(([name, tensor]) => {
      const outcome = {
        name,
        shape: tensor.shape,
        dtype: tensor.dtype,
        values: Array.from(tensor.dataSync(), writable),
      }
      tensor.dispose()
      return outcome
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function eager(example: Case): [string, tf.Tensor][] {
  const gradient = witness === 'javascript' && example.javascript === 'values' ? false : example.gradient
  const tensors = () => example.inputs.map(toTensor)
  const named = tf.tidy(() => Object.fromEntries(evaluate({ ...example, gradient }, tensors())))
  return Object.entries(named)
}

/** The whole case as one program, which its inputs are passed to. */
async function compiled(example: Case): Promise<[string, tf.Tensor][]> {
  const names: string[] = []
  const step = (...tensors: tf.Tensor[]) =>
    evaluate(example, tensors).map(([name, tensor]) => {
      names.push(name)
      return tensor
    })
  const program = capture(step, { inputs: example.inputs.map(({ shape, dtype }) => ({ shape, dtype })), state: [] })
  const results = await program.run(example.inputs.map(typedInput))
  program.dispose()
  return results.map((tensor, index) => [names[index]!, tensor])
}

/** Notes the name of every operation that the backend is asked for. */
function watchOperations(): Set<string> {
  const names = new Set<string>()
  const { binding } = tf.backend() as unknown as { binding?: { executeOp(name: string, ...rest: unknown[]): unknown } }
  if (!binding) return names
  const original = binding.executeOp
  binding.executeOp = (name, ...rest) => {
    names.add(name)
    return original(name, ...rest)
  }
  return names
}

await start()
const operations = watchOperations()
const chosen = cases.filter((example) => witness !== 'javascript' || example.javascript !== 'nothing')
const recorded: Recording = { cases: {}, operations: [] }
for (const example of chosen) recorded.cases[example.name] = await outcomes(example)
recorded.operations = [...operations]
process.stdout.write(JSON.stringify(recorded))
