import { Fault } from '../../contract/fault.ts'
import { backend } from '../backend/current.ts'
import { registerValue } from '../binding/execute.ts'
import { session } from '../binding/session.ts'
import type { Compiled, DeviceValue, Precision, Program } from '../runtime/runtime.ts'
import type { tf } from '../tfjs.ts'
import { enqueue } from './queue.ts'
import { acceptInputs, type StepInput, type TensorSpec } from './specs.ts'
import { settle } from './state.ts'
import { traceStep, type Step } from './trace.ts'
import { leaveSlots, newTracer, type Tracer } from './tracer.ts'

export interface CaptureOptions {
  inputs: TensorSpec[]
  /** Variables that the step may assign; they are updated in place on the device. Others can only be read. */
  state: tf.Variable[]
  /** Compile with XLA: faster steps, seconds to minutes of compiling at the first run. A PJRT plugin always does. */
  xla?: boolean
  /** What the inputs of matrix products are rounded to; default: as the runtime was started. */
  precision?: Precision
  name?: string
}

/** A step compiled to one program. */
export interface Captured {
  /** Runs the step without blocking the event loop; runs queue up behind each other. The caller disposes the results. */
  run(inputs: StepInput[]): Promise<tf.Tensor[]>
  /** Resolves when the program is compiled; null where compiling is part of the first run (libtensorflow). */
  compiled(): Promise<Compiled | null>
  /** Operations in the program as recorded. */
  nodes: number
  /** Frees the program once the runs that were asked for are done; state variables keep their values. */
  dispose(): void
}

/**
 * Runs `step` once with symbols in place of tensors and compiles what it did: forward, backward and updates become one program.
 * Shapes are static; values can't be read inside. Randomness comes from a seed that is an input.
 */
export function capture<Inputs extends tf.Tensor[]>(step: Step<Inputs>, options: CaptureOptions): Captured {
  const { inputs, state, xla = false, precision, name = 'step' } = options
  if (session().tracer) throw new Fault('tensor-capture', 'A step is already being captured.', { subject: name })
  const tracer = newTracer(session().runtime.record({ name, precision }))
  try {
    const outputs = traceStep(tracer, step as unknown as Step, inputs, state)
    const program = tracer.recorder.finish({ name, outputs, xla })
    return handleFor(program, tracer, inputs, name)
  } catch (error) {
    tracer.recorder.discard()
    leaveSlots(tracer)
    throw error
  }
}

function handleFor(program: Program, { recorder, used, changed }: Tracer, specs: TensorSpec[], name: string): Captured {
  let disposed = false
  return {
    nodes: recorder.nodes,
    compiled: () => program.compiled(),
    async run(inputs) {
      if (disposed) throw new Fault('tensor-disposed', `Step ${name} was disposed.`, { subject: name })
      const values = acceptInputs(inputs, specs, name)
      return enqueue(() => runProgram(program, { used, changed }, values))
    },
    dispose() {
      if (disposed) return
      disposed = true
      void enqueue(async () => {
        program.dispose()
        leaveSlots({ used })
      })
    },
  }
}

type ProgramState = Pick<Tracer, 'used' | 'changed'>

/** One call of the program; frees the inputs in any case. */
async function runProgram(program: Program, state: ProgramState, inputs: DeviceValue[]): Promise<tf.Tensor[]> {
  try {
    state.used.forEach(settle)
    state.changed.forEach((slot) => (slot.busy = true))
    const results = await program.run(inputs)
    return results.map((value) => backend().createOutputTensor(registerValue(value)))
  } finally {
    state.changed.forEach((slot) => (slot.busy = false))
    inputs.forEach(session().runtime.free)
  }
}
