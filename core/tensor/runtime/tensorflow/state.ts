import type { GraphValue } from '../../ffi/tensorflow/graph.ts'
import { attributeKind as kind, dataType } from '../../ffi/types.ts'
import type { Cell, Change } from '../runtime.ts'
import { addConstantNode, addEffect, addOperation, addPlaceholder, type CellNode, type Graph } from './graph.ts'
import { graphValue } from './values.ts'

// Order is kept by control edges: a change waits for the read before it, a read for the change before it.

/** The cell's node, made on first use. */
function cellNode(graph: Graph, cell: Cell): CellNode {
  let node = graph.cells.get(cell)
  if (!node) {
    const resource = addPlaceholder(graph, [], dataType.resource)
    node = { resource, read: null, value: null, change: null }
    graph.cells.set(cell, node)
    graph.parameters.push({ kind: 'cell', cell, output: resource.output })
  }
  return node
}

/** The value as it is at this point of the step. Subtle: a resource parameter has no shape, so EnsureShape restores it. */
export function readState(graph: Graph, cell: Cell): GraphValue {
  const node = cellNode(graph, cell)
  if (node.value) return node.value
  const type = { name: 'dtype', type: kind.type, value: cell.type }
  node.read = addEffect(graph, 'ReadVariableOp', [type], [node.resource], [node.change])
  const read = { output: { oper: node.read, index: 0 }, shape: [], type: cell.type }
  const attributes = [
    { name: 'T', type: kind.type, value: cell.type },
    { name: 'shape', type: kind.shape, value: cell.shape },
  ]
  node.value = addOperation(graph, 'EnsureShape', attributes, [read], 1)[0]!
  graph.reads.add(node.value.output.oper)
  return node.value
}

/** Adds an operation that changes state: its first inputs are the resources. `after` holds it back until that value exists. */
export function changeState(graph: Graph, cells: readonly Cell[], change: Change, after?: GraphValue) {
  const nodes = cells.map((cell) => cellNode(graph, cell))
  const control = new Set([...nodes.flatMap(({ read, change: last }) => [read, last]), after?.output.oper ?? null])
  const inputs = [...nodes.map((node) => node.resource), ...change.inputs.map(graphValue)]
  const operation = addEffect(graph, change.name, change.attributes, inputs, [...control])
  for (const node of nodes) Object.assign(node, { change: operation, read: null, value: null })
}

/** Sets the variable. */
export function assignState(graph: Graph, cell: Cell, value: GraphValue) {
  const attributes = [{ name: 'dtype', type: kind.type, value: cell.type }]
  const own = graph.reads.has(value.output.oper) ? ownBuffer(graph, value) : value
  changeState(graph, [cell], { name: 'AssignVariableOp', attributes, inputs: [own] })
}

/** Subtle: XLA confuses buffers when a variable becomes the unchanged value of another one that is written too; a reshape there and back keeps them apart. */
function ownBuffer(graph: Graph, value: GraphValue): GraphValue {
  const attributes = [
    { name: 'T', type: kind.type, value: value.type },
    { name: 'Tshape', type: kind.type, value: dataType.int32 },
  ]
  const reshape = (from: GraphValue, shape: number[]) => {
    const lengths = addConstantNode(graph, [shape.length], dataType.int32, Int32Array.from(shape))
    return addOperation(graph, 'Reshape', attributes, [from, lengths], 1)[0]!
  }
  return reshape(reshape(value, [1, ...value.shape]), value.shape)
}
