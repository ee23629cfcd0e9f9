import { Fault } from '../../contract/fault.ts'
import { lookUp, register, type Entry } from '../binding/table.ts'
import type { Pointer } from '../ffi/api.ts'
import { addConstant, addNode, deleteGraph, describeOutput, newGraph, type Output, type Symbol } from '../ffi/graph.ts'
import { deleteHandle, shareHandle, type HostValues } from '../ffi/tensors.ts'
import { attributeKind as kind, dataType, sizeOf, type Attribute } from '../ffi/types.ts'
import { leaveSlot, useSlot, type Slot } from './slot.ts'

/** Where a parameter of the compiled function takes its argument from at each run. */
export type Parameter =
  | { kind: 'input'; index: number; output: Output }
  | { kind: 'held'; handle: Pointer; output: Output }
  | { kind: 'state'; slot: Slot; output: Output }

/** A step being captured: the graph so far and its parameters. */
export interface Tracer {
  graph: Pointer
  parameters: Parameter[]
  states: Map<Slot, StateNode>
  held: Map<number, Symbol>
  constants: Map<string, Symbol>
  nodes: number
  open: boolean
}

/** A state variable inside the graph: its resource, and the read of its value at the start of the step. */
export interface StateNode {
  resource: Symbol
  read: Pointer | null
  value: Symbol | null
}

/** Constants above this size belong into inputs or existing tensors: they would be stored in the program. */
const constantLimit = 65_536

export function newTracer(): Tracer {
  return {
    graph: newGraph(), parameters: [], states: new Map(), held: new Map(), constants: new Map(), nodes: 0, open: true,
  }
}

/** Ends tracing: the graph is freed, and whatever still points into it is recognised as stale. */
export function closeTracer(tracer: Tracer) {
  tracer.open = false
  deleteGraph(tracer.graph)
}

/** Gives up what the parameters hold: frozen tensors and the use of state. */
export function releaseParameters(parameters: readonly Parameter[]) {
  for (const parameter of parameters) {
    if (parameter.kind === 'held') deleteHandle(parameter.handle)
    if (parameter.kind === 'state') leaveSlot(parameter.slot)
  }
}

/** Adds an operation and returns its outputs with their inferred shapes. */
export function addOperation(tracer: Tracer, name: string, attributes: readonly Attribute[], inputs: readonly Symbol[], outputs: number): Symbol[] {
  const operation = addNode(tracer.graph, `n${tracer.nodes++}`, { name, attributes, inputs })
  return Array.from({ length: outputs }, (_, index) => describeOutput(tracer.graph, { oper: operation, index }, name))
}

/** Adds an operation on ids: what `executeOp` does while a step is captured. */
export function recordOperation(tracer: Tracer, name: string, attributes: readonly Attribute[], ids: readonly number[], outputs: number) {
  const inputs = ids.map((id) => symbolOf(tracer, id))
  return addOperation(tracer, name, attributes, inputs, outputs).map((symbol) => {
    return { id: register({ kind: 'symbol', tracer, ...symbol }), shape: symbol.shape, dtype: symbol.type }
  })
}

/** A value made on the host during the step: it becomes part of the program. */
export function recordConstant(tracer: Tracer, shape: number[], type: number, values: HostValues): number {
  const symbol = constantSymbol(tracer, shape, type, values)
  return register({ kind: 'symbol', tracer, values, ...symbol })
}

function constantSymbol(tracer: Tracer, shape: number[], type: number, values: HostValues): Symbol {
  const size = sizeOf(shape)
  if (size > 64 && values.every((value) => value === values[0])) return filled(tracer, shape, type, values)
  if (size > constantLimit) {
    throw new Fault('tensor-constant', `A captured step made a tensor of ${size} values on the host (shape [${shape.join(', ')}]).`, {
      hint: 'Pass it as an input, or make it before the capture.',
    })
  }
  if (size > 64) return addConstant(tracer.graph, `n${tracer.nodes++}`, shape, type, values)
  const key = `${type}:${shape}:${Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('latin1')}`
  let symbol = tracer.constants.get(key)
  if (!symbol) tracer.constants.set(key, (symbol = addConstant(tracer.graph, `n${tracer.nodes++}`, shape, type, values)))
  return symbol
}

/** One value, repeated on the device. */
function filled(tracer: Tracer, shape: number[], type: number, values: HostValues): Symbol {
  const lengths = constantSymbol(tracer, [shape.length], dataType.int32, Int32Array.from(shape))
  const value = constantSymbol(tracer, [], type, values.slice(0, type === dataType.complex64 ? 2 : 1))
  const attributes = [
    { name: 'T', type: kind.type, value: type },
    { name: 'index_type', type: kind.type, value: dataType.int32 },
  ]
  return addOperation(tracer, 'Fill', attributes, [lengths, value], 1)[0]!
}

/** The node an id stands for; tensors from before the step become parameters, state is read once. */
export function symbolOf(tracer: Tracer, id: number): Symbol {
  const entry = lookUp(id)
  if (entry.kind === 'state') return stateValue(tracer, entry.slot)
  if (entry.kind === 'tensor') return heldTensor(tracer, id, entry)
  if (entry.tracer === tracer) return entry
  if (entry.values) return constantSymbol(tracer, entry.shape, entry.type, entry.values)
  throw staleSymbol()
}

export function staleSymbol(): Fault {
  return new Fault('tensor-captured', 'A tensor of a captured step was used outside of that step.', {
    hint: 'Return it from the step, or make it before the capture.',
  })
}

function heldTensor(tracer: Tracer, id: number, { handle, shape, type }: Extract<Entry, { kind: 'tensor' }>): Symbol {
  let symbol = tracer.held.get(id)
  if (!symbol) {
    // Subtle: a handle of our own, since tfjs may free the tensor while the program still needs it.
    const own = shareHandle(handle)
    symbol = addPlaceholder(tracer, shape, type)
    tracer.held.set(id, symbol)
    tracer.parameters.push({ kind: 'held', handle: own, output: symbol.output })
  }
  return symbol
}

/** A parameter of the function. */
export function addPlaceholder(tracer: Tracer, shape: number[], type: number): Symbol {
  const attributes = [
    { name: 'dtype', type: kind.type, value: type },
    { name: 'shape', type: kind.shape, value: shape },
  ]
  return addOperation(tracer, 'Placeholder', attributes, [], 1)[0]!
}

/** The state variable's node, made on first use. */
export function stateNode(tracer: Tracer, slot: Slot): StateNode {
  let node = tracer.states.get(slot)
  if (!node) {
    useSlot(slot)
    const resource = addPlaceholder(tracer, [], dataType.resource)
    node = { resource, read: null, value: null }
    tracer.states.set(slot, node)
    tracer.parameters.push({ kind: 'state', slot, output: resource.output })
  }
  return node
}

/** The value at the start of the step. Subtle: a resource parameter has no shape, so EnsureShape restores it. */
function stateValue(tracer: Tracer, slot: Slot): Symbol {
  const node = stateNode(tracer, slot)
  if (node.value) return node.value
  const type = { name: 'dtype', type: kind.type, value: slot.type }
  node.read = addNode(tracer.graph, `n${tracer.nodes++}`, { name: 'ReadVariableOp', attributes: [type], inputs: [node.resource] })
  const read = { output: { oper: node.read, index: 0 }, shape: [], type: slot.type }
  const attributes = [{ name: 'T', type: kind.type, value: slot.type }, { name: 'shape', type: kind.shape, value: slot.shape }]
  node.value = addOperation(tracer, 'EnsureShape', attributes, [read], 1)[0]!
  return node.value
}

/** Sets the variable at the end of the step, after its read; returns the operation. */
export function assignState(tracer: Tracer, slot: Slot, value: Symbol): Pointer {
  const node = stateNode(tracer, slot)
  const attributes = [{ name: 'dtype', type: kind.type, value: slot.type }]
  const control = node.read === null ? [] : [node.read]
  const inputs = [node.resource, isStateValue(tracer, value) ? ownBuffer(tracer, value) : value]
  return addNode(tracer.graph, `n${tracer.nodes++}`, { name: 'AssignVariableOp', attributes, inputs, control })
}


function isStateValue(tracer: Tracer, { output }: Symbol): boolean {
  return [...tracer.states.values()].some(({ value }) => value?.output.oper === output.oper)
}

/** Subtle: XLA confuses buffers when a variable becomes the unchanged value of another one that is written too; a reshape there and back keeps them apart. */
function ownBuffer(tracer: Tracer, value: Symbol): Symbol {
  const attributes = [
    { name: 'T', type: kind.type, value: value.type },
    { name: 'Tshape', type: kind.type, value: dataType.int32 },
  ]
  const reshape = (from: Symbol, shape: number[]) => {
    const lengths = constantSymbol(tracer, [shape.length], dataType.int32, Int32Array.from(shape))
    return addOperation(tracer, 'Reshape', attributes, [from, lengths], 1)[0]!
  }
  return reshape(reshape(value, [1, ...value.shape]), value.shape)
}
