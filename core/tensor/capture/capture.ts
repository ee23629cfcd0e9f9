import { Fault } from '../../contract/fault.ts'
import { backend } from '../backend/current.ts'
import { registerHandle } from '../binding/execute.ts'
import { session } from '../binding/session.ts'
import type { Pointer } from '../ffi/api.ts'
import { executeAsync } from '../ffi/eager.ts'
import { addFunction, removeFunction } from '../ffi/graph.ts'
import { deleteHandle } from '../ffi/tensors.ts'
import { attributeKind as kind } from '../ffi/types.ts'
import type { tf } from '../tfjs.ts'
import { enqueue } from './queue.ts'
import type { Slot } from './slot.ts'
import { acceptInputs, type StepInput, type TensorSpec } from './specs.ts'
import { settle } from './state.ts'
import { traceStep, type Step } from './trace.ts'
import { closeTracer, newTracer, releaseParameters, type Parameter } from './tracer.ts'

export interface CaptureOptions {
  inputs: TensorSpec[]
  /** Variables that the step may assign; they are updated in place on the device. Others can only be read. */
  state: tf.Variable[]
  /** Compile with XLA: faster steps, seconds to minutes of compiling at the first run. */
  xla?: boolean
  name?: string
}

/** A step compiled to one program. */
export interface Captured {
  /** Runs the step without blocking the event loop; runs queue up behind each other. The caller disposes the results. */
  run(inputs: StepInput[]): Promise<tf.Tensor[]>
  /** Operations in the program as recorded. */
  nodes: number
  /** Frees the program once the runs that were asked for are done; state variables keep their values. */
  dispose(): void
}

/** A registered function and what it needs at each run. */
interface Program {
  name: string
  parameters: Parameter[]
  written: Slot[]
  outputs: number
  xla: boolean
}

let programs = 0

/**
 * Runs `step` once with symbols in place of tensors and compiles what it did: forward, backward and updates become one program.
 * Shapes are static; values can't be read inside. Randomness comes from a seed that is an input.
 */
export function capture<Inputs extends tf.Tensor[]>(step: Step<Inputs>, options: CaptureOptions): Captured {
  const { inputs, state, xla = false, name = 'step' } = options
  if (session().tracer) throw new Fault('tensor-capture', 'A step is already being captured.', { subject: name })
  const tracer = newTracer()
  const program: Program = {
    name: `${name.replace(/\W+/g, '_')}_${programs++}`,
    parameters: tracer.parameters,
    written: [],
    outputs: 0,
    xla,
  }
  try {
    const { outputs, effects, written } = traceStep(tracer, step as unknown as Step, inputs, state)
    const parameters = tracer.parameters.map((parameter) => parameter.output)
    addFunction(session().context, tracer.graph, { name: program.name, inputs: parameters, outputs, effects })
    Object.assign(program, { written, outputs: outputs.length })
  } catch (error) {
    releaseParameters(tracer.parameters)
    throw error
  } finally {
    closeTracer(tracer)
  }
  return handleFor(program, inputs, name, tracer.nodes)
}

function handleFor(program: Program, specs: TensorSpec[], name: string, nodes: number): Captured {
  let disposed = false
  return {
    nodes,
    async run(inputs) {
      if (disposed) throw new Fault('tensor-disposed', `Step ${name} was disposed.`, { subject: name })
      const handles = acceptInputs(inputs, specs, name)
      return enqueue(() => runProgram(program, handles))
    },
    dispose() {
      if (disposed) return
      disposed = true
      void enqueue(async () => {
        removeFunction(session().context, program.name)
        releaseParameters(program.parameters)
      })
    },
  }
}

/** One call of the compiled function; frees the input handles in any case. */
async function runProgram(program: Program, inputs: Pointer[]): Promise<tf.Tensor[]> {
  try {
    const values = program.parameters.map((parameter) => argument(parameter, inputs))
    program.written.forEach((slot) => (slot.busy = true))
    const attributes = program.xla ? [{ name: '_XlaMustCompile', type: kind.bool, value: true }] : []
    const results = await executeAsync(session().context, {
      name: program.name,
      attributes,
      inputs: values,
      outputs: program.outputs,
    })
    return results.map((handle) => backend().createOutputTensor(registerHandle(handle)))
  } finally {
    program.written.forEach((slot) => (slot.busy = false))
    inputs.forEach(deleteHandle)
  }
}

function argument(parameter: Parameter, inputs: Pointer[]): Pointer {
  if (parameter.kind === 'input') return inputs[parameter.index]!
  if (parameter.kind === 'held') return parameter.handle
  settle(parameter.slot)
  return parameter.slot.resource
}
