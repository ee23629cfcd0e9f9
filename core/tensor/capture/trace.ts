import { Fault } from '../../contract/fault.ts'
import { backend } from '../backend/current.ts'
import { callSite } from '../binding/callSite.ts'
import { session } from '../binding/session.ts'
import { lookUp } from '../binding/table.ts'
import { attributeKind as kind, dataType } from '../ffi/types.ts'
import type { Recorded } from '../runtime/runtime.ts'
import { tf } from '../tfjs.ts'
import { leaveSlot, useSlot, type Slot } from './slot.ts'
import type { TensorSpec } from './specs.ts'
import { bind, idOf, slotOf } from './state.ts'
import { assignState } from './stateValues.ts'
import { registerSymbol, symbolOf } from './symbols.ts'
import type { Tracer } from './tracer.ts'

/** Variables and their slots. */
type Homes = ReadonlyMap<tf.Variable, Slot>

/** A step as the caller wrote it; `Inputs` lets it name the ranks of its inputs. */
export type Step<Inputs extends tf.Tensor[] = tf.Tensor[]> = (...inputs: Inputs) => tf.Tensor[]

/** Runs `step` once on symbols, records its operations and state updates, and returns its outputs. */
export function traceStep(
  tracer: Tracer,
  step: Step,
  specs: readonly TensorSpec[],
  state: readonly tf.Variable[],
): Recorded[] {
  // Every variable gets a slot, so that those which are only read stay current too.
  const homes = new Map([...registeredVariables(), ...state].map((variable) => [variable, slotOf(variable)]))
  homes.forEach(useSlot) // a variable that is assigned lets go of its slot
  for (const variable of state) tracer.writable.add(homes.get(variable)!)
  const engine = tf.engine()
  engine.startScope('capture')
  session().tracer = tracer
  const restoreRandom = refuseHostRandom()
  try {
    const outputs = step(...specs.map((spec) => inputTensor(tracer, spec)))
    return collect(tracer, outputs, state, homes)
  } finally {
    restoreRandom()
    session().tracer = null
    restoreVariables(tracer, homes)
    engine.endScope()
    homes.forEach(leaveSlot)
  }
}

function registeredVariables(): tf.Variable[] {
  return Object.values(
    (tf.engine() as unknown as { registeredVariables: Record<string, tf.Variable> }).registeredVariables,
  )
}

function inputTensor(tracer: Tracer, { shape, dtype }: TensorSpec): tf.Tensor {
  const { recorder } = tracer
  let symbol = recorder.input(shape, dataType[dtype])
  if (dtype === 'uint8') {
    const attributes = [
      { name: 'SrcT', type: kind.type, value: dataType.uint8 },
      { name: 'DstT', type: kind.type, value: dataType.float32 },
    ]
    symbol = recorder.operation({ name: 'Cast', attributes, inputs: [symbol], outputs: 1 })[0]!
  }
  return backend().createOutputTensor(registerSymbol(tracer, symbol))
}

/** Turns what the step returned, and what it assigned, into outputs and updates of the program. */
function collect(tracer: Tracer, tensors: tf.Tensor[], state: readonly tf.Variable[], homes: Homes): Recorded[] {
  refuseOtherResults(tensors)
  refuseStrayWrites(tracer, state)
  const outputs = tensors.map((tensor) => symbolOf(tracer, idOf(tensor)))
  // Values first, then assignments: a value may be what another variable held before.
  for (const [slot, value] of assignments(tracer, state, homes)) assignState(tracer, slot, value)
  return outputs
}

/** New values of the variables that the step assigned. */
function assignments(tracer: Tracer, state: readonly tf.Variable[], homes: Homes): [Slot, Recorded][] {
  return state.flatMap((variable): [Slot, Recorded][] => {
    const slot = homes.get(variable)!
    const id = idOf(variable)
    const entry = lookUp(id)
    return entry.kind === 'state' && entry.slot === slot ? [] : [[slot, symbolOf(tracer, id)]]
  })
}

function refuseOtherResults(tensors: unknown) {
  if (Array.isArray(tensors) && tensors.every((tensor) => tensor instanceof tf.Tensor)) return
  throw new Fault('tensor-capture', 'A captured step must return an array of tensors, and not a promise.')
}

function refuseStrayWrites(tracer: Tracer, state: readonly tf.Variable[]) {
  const declared = new Set(state)
  for (const variable of registeredVariables()) {
    if (declared.has(variable)) continue
    if (!holdsSymbol(tracer, variable)) continue
    throw new Fault('tensor-state', `The step assigned or made variable ${variable.name}, which is not in its state.`, {
      subject: variable.name,
      hint: 'Make variables before the capture and list those that the step updates in `state`.',
    })
  }
}

/** Variables hold values again, not symbols of the ended capture; those that the step made are gone with it. */
function restoreVariables(tracer: Tracer, homes: Homes) {
  for (const variable of registeredVariables()) {
    if (!homes.has(variable) && holdsSymbol(tracer, variable)) variable.dispose()
  }
  homes.forEach((slot, variable) => {
    if (!variable.isDisposed && !slot.bindings.has(idIfUploaded(variable))) bind(variable, slot)
  })
}

function holdsSymbol(tracer: Tracer, variable: tf.Variable): boolean {
  const id = idIfUploaded(variable)
  if (id < 0) return false
  const entry = lookUp(id)
  return entry.kind === 'symbol' && entry.tracer === tracer
}

/** The variable's tensor id; negative while its values wait on the host. */
function idIfUploaded(variable: tf.Variable): number {
  const { id, values } = backend().tensorMap.get(variable.dataId)
  return values ? -1 : id
}

/** tfjs draws random numbers on the host, where a capture would freeze them: unseeded draws call Math.random. */
function refuseHostRandom(): () => void {
  const original = Math.random
  Math.random = () => {
    const site = callSite()
    throw new Fault(
      'tensor-random',
      `A captured step drew random numbers on the host${site ? ` in ${site}` : ''}; they would be the same in every run.`,
      {
        subject: site,
        hint: 'Use dropout, randomUniform, randomNormal or categorical with a seed that is an input.',
      },
    )
  }
  return () => {
    Math.random = original
  }
}
