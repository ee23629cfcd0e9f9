import type { Pointer } from '../../ffi/memory.ts'
import { addConstant, addNode, describeOutput, newGraph, type GraphValue } from '../../ffi/tensorflow/graph.ts'
import { deleteHandle } from '../../ffi/tensorflow/tensors.ts'
import { attributeKind as kind, type Attribute, type HostValues } from '../../ffi/types.ts'
import type { Cell } from '../runtime.ts'
import type { Handle } from './values.ts'

/** Where a parameter of the compiled function takes its argument from at each run. */
export type Parameter = { output: GraphValue['output'] } & (
  | { kind: 'input'; index: number }
  | { kind: 'held'; value: Handle }
  | { kind: 'cell'; cell: Cell }
)

/** A cell inside the graph. */
export interface CellNode {
  /** The parameter that holds the resource. */
  resource: GraphValue
  /** The read of the present value, and that value; null until something needs it. */
  read: Pointer | null
  value: GraphValue | null
  /** The last operation that changed it. */
  change: Pointer | null
}

/** A function being written down. */
export interface Graph {
  graph: Pointer
  parameters: Parameter[]
  cells: Map<Cell, CellNode>
  /** Operations whose outputs are values of cells as they were read. */
  reads: Set<Pointer>
  nodes: number
}

export function openGraph(): Graph {
  return { graph: newGraph(), parameters: [], cells: new Map(), reads: new Set(), nodes: 0 }
}

/** A name for the next node. */
const label = (graph: Graph) => `n${graph.nodes++}`

/** Adds an operation that runs for its effect, or whose outputs have no static shape, after those in `control`. */
export function addEffect(
  graph: Graph,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly GraphValue[],
  control: readonly (Pointer | null)[],
): Pointer {
  const before = control.filter((operation) => operation !== null)
  return addNode(graph.graph, label(graph), { name, attributes, inputs, control: before })
}

/** Adds an operation and returns its outputs with their inferred shapes. */
export function addOperation(
  graph: Graph,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly GraphValue[],
  outputs: number,
): GraphValue[] {
  const operation = addNode(graph.graph, label(graph), { name, attributes, inputs })
  return Array.from({ length: outputs }, (_, index) => describeOutput(graph.graph, { oper: operation, index }, name))
}

/** Adds a parameter of the function. */
export function addPlaceholder(graph: Graph, shape: readonly number[], type: number): GraphValue {
  const attributes = [
    { name: 'dtype', type: kind.type, value: type },
    { name: 'shape', type: kind.shape, value: shape },
  ]
  return addOperation(graph, 'Placeholder', attributes, [], 1)[0]!
}

export function addConstantNode(graph: Graph, shape: readonly number[], type: number, values: HostValues): GraphValue {
  return addConstant(graph.graph, label(graph), [...shape], type, values)
}

/** Gives up the frozen tensors. */
export function releaseHeld({ parameters }: Pick<Graph, 'parameters'>) {
  for (const parameter of parameters) if (parameter.kind === 'held') deleteHandle(parameter.value.handle)
}
