import type { Pointer } from '../ffi/api.ts'
import { addNode, deleteGraph, describeOutput, newGraph, type Output, type GraphValue } from '../ffi/graph.ts'
import { deleteHandle } from '../ffi/tensors.ts'
import { attributeKind as kind, type Attribute } from '../ffi/types.ts'
import { leaveSlot, type Slot } from './slot.ts'

/** Where a parameter of the compiled function takes its argument from at each run. */
export type Parameter =
  | { kind: 'input'; index: number; output: Output }
  | { kind: 'held'; handle: Pointer; output: Output }
  | { kind: 'state'; slot: Slot; output: Output }

/** A state variable inside the graph. */
export interface StateNode {
  /** The parameter that holds the resource. */
  resource: GraphValue
  /** The read of the present value, and that value; null until something needs it. */
  read: Pointer | null
  value: GraphValue | null
  /** The last operation that changed it. */
  change: Pointer | null
}

/** A step being captured: the graph so far and its parameters. */
export interface Tracer {
  graph: Pointer
  parameters: Parameter[]
  states: Map<Slot, StateNode>
  /** Operations whose outputs are values of state as they were read. */
  stateValues: Set<Pointer>
  /** State that the step may change. */
  writable: Set<Slot>
  /** Parameters for tensors from before the step, by id. */
  held: Map<number, GraphValue>
  /** Small constants by type, shape and bytes. */
  constants: Map<string, GraphValue>
  nodes: number
}

export function newTracer(): Tracer {
  return {
    graph: newGraph(),
    parameters: [],
    states: new Map(),
    stateValues: new Set(),
    writable: new Set(),
    held: new Map(),
    constants: new Map(),
    nodes: 0,
  }
}

/** Frees the graph, once it has become a function or failed to. */
export function closeTracer(tracer: Tracer) {
  deleteGraph(tracer.graph)
}

/** Gives up what the parameters hold: frozen tensors and the use of state. */
export function releaseParameters(parameters: readonly Parameter[]) {
  for (const parameter of parameters) {
    if (parameter.kind === 'held') deleteHandle(parameter.handle)
    if (parameter.kind === 'state') leaveSlot(parameter.slot)
  }
}

/** A name for the next node of the graph. */
export function nextLabel(tracer: Tracer): string {
  return `n${tracer.nodes++}`
}

/** Adds an operation that runs for its effect, or whose outputs have no static shape, after those in `control`. */
export function addEffect(
  tracer: Tracer,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly GraphValue[],
  control: readonly (Pointer | null)[],
): Pointer {
  return addNode(tracer.graph, nextLabel(tracer), {
    name,
    attributes,
    inputs,
    control: control.filter((operation) => operation !== null),
  })
}

/** Adds an operation and returns its outputs with their inferred shapes. */
export function addOperation(
  tracer: Tracer,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly GraphValue[],
  outputs: number,
): GraphValue[] {
  const operation = addNode(tracer.graph, nextLabel(tracer), { name, attributes, inputs })
  return Array.from({ length: outputs }, (_, index) => describeOutput(tracer.graph, { oper: operation, index }, name))
}

/** Adds a parameter of the function. */
export function addPlaceholder(tracer: Tracer, shape: number[], type: number): GraphValue {
  const attributes = [
    { name: 'dtype', type: kind.type, value: type },
    { name: 'shape', type: kind.shape, value: shape },
  ]
  return addOperation(tracer, 'Placeholder', attributes, [], 1)[0]!
}
