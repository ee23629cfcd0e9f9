import type { Pointer } from '../../ffi/memory.ts'
import { deleteGraph, type Output } from '../../ffi/tensorflow/graph.ts'
import { attributeKind as kind } from '../../ffi/types.ts'
import type { Recorded, Recorder } from '../runtime.ts'
import { addConstantNode, addOperation, addPlaceholder, openGraph, releaseHeld, type Graph } from './graph.ts'
import { addProgram } from './program.ts'
import { assignState, changeState, readState } from './state.ts'
import { graphValue, type Handle } from './values.ts'

/** Records a TensorFlow graph, which becomes a function of the context. */
export function newRecorder(context: Pointer): Recorder {
  const graph = openGraph()
  let inputs = 0
  return {
    get nodes() {
      return graph.nodes
    },
    input(shape, type) {
      const value = addPlaceholder(graph, shape, type)
      graph.parameters.push({ kind: 'input', index: inputs++, output: value.output })
      return value
    },
    hold(value) {
      const placeholder = addPlaceholder(graph, value.shape, value.type)
      graph.parameters.push({ kind: 'held', value: value as Handle, output: placeholder.output })
      return placeholder
    },
    constant: (shape, type, values) => addConstantNode(graph, shape, type, values),
    operation: ({ name, attributes, inputs: values, outputs }) =>
      addOperation(graph, name, attributes, values.map(graphValue), outputs),
    read: (cell) => readState(graph, cell),
    assign: (cell, value) => assignState(graph, cell, graphValue(value)),
    change: (cells, change, after) => changeState(graph, cells, change, after && graphValue(after)),
    finish({ name, outputs, xla }) {
      const distinctOutputs = outputs.map((value) => distinct(graph, value))
      const effects = [...graph.cells.values()].map((node) => node.change).filter((change) => change !== null)
      const program = addProgram(context, graph, {
        name,
        outputs: distinctOutputs,
        effects: [...new Set(effects)],
        xla,
      })
      deleteGraph(graph.graph)
      return program
    },
    discard() {
      deleteGraph(graph.graph)
      releaseHeld(graph)
    },
  }
}

/** A function's outputs must be nodes of their own, even where a step returns an input or one tensor twice. */
function distinct(graph: Graph, value: Recorded): Output {
  const attributes = [{ name: 'T', type: kind.type, value: value.type }]
  return addOperation(graph, 'Identity', attributes, [graphValue(value)], 1)[0]!.output
}
