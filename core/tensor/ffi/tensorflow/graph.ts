import { Fault } from '../../../contract/fault.ts'
import type { Pointer } from '../memory.ts'
import { C } from './api.ts'
import { setGraphAttribute } from './attributes.ts'
import { check, sharedStatus } from './status.ts'
import { deleteTensor, newTensor } from './tensors.ts'
import { typeName, type Attribute, type HostValues } from '../types.ts'

/** One output of an operation in a graph, as C passes it. */
export interface Output {
  oper: Pointer
  index: number
}

/** An output with what shape inference found. */
export interface GraphValue {
  output: Output
  shape: number[]
  type: number
}

/** An operation to add to a graph. */
export interface Node {
  name: string
  attributes: readonly Attribute[]
  inputs: readonly GraphValue[]
  control?: readonly Pointer[]
}

/** Operations whose first inputs are one list; the number says how many inputs follow the list. */
const listInputs: Record<string, number> = { ConcatV2: 1, Pack: 0, AddN: 0, Einsum: 0, IdentityN: 0 }

export const newGraph = () => C.TF_NewGraph() as Pointer
export const deleteGraph = (graph: Pointer) => void C.TF_DeleteGraph(graph)

/** Adds an operation; a shape or type that does not fit is a Fault that names it. */
export function addNode(graph: Pointer, label: string, node: Node): Pointer {
  const operation = C.TF_NewOperation(graph, node.name, label) as Pointer
  const outputs = node.inputs.map((input) => input.output)
  const tail = listInputs[node.name]
  const listed = tail === undefined ? 0 : outputs.length - tail
  if (tail !== undefined) C.TF_AddInputList(operation, outputs.slice(0, listed), listed)
  for (const output of outputs.slice(listed)) C.TF_AddInput(operation, output)
  for (const control of node.control ?? []) C.TF_AddControlInput(operation, control)
  for (const attribute of node.attributes) setGraphAttribute(operation, attribute)
  return finish(operation, () => subjectOf(node))
}

/** Adds a constant. */
export function addConstant(
  graph: Pointer,
  label: string,
  shape: number[],
  type: number,
  values: HostValues,
): GraphValue {
  const tensor = newTensor(shape, type, values)
  const operation = C.TF_NewOperation(graph, 'Const', label) as Pointer
  C.TF_SetAttrType(operation, 'dtype', type)
  C.TF_SetAttrTensor(operation, 'value', tensor, sharedStatus())
  deleteTensor(tensor)
  return { output: { oper: finish(operation, () => 'A constant'), index: 0 }, shape, type }
}

function finish(operation: Pointer, subject: () => string): Pointer {
  const finished = C.TF_FinishOperation(operation, sharedStatus()) as Pointer
  check(subject)
  return finished
}

/** Type and static shape of an output; a shape that depends on values is a Fault, since captured steps are static. */
export function describeOutput(graph: Pointer, output: Output, name: string): GraphValue {
  const status = sharedStatus()
  const rank = C.TF_GraphGetTensorNumDims(graph, output, status) as number
  check(name)
  const lengths = new BigInt64Array(Math.max(1, rank))
  if (rank > 0) C.TF_GraphGetTensorShape(graph, output, lengths, rank, status)
  check(name)
  const shape = Array.from(lengths.subarray(0, Math.max(0, rank)), Number)
  if (rank < 0 || shape.includes(-1)) {
    throw new Fault('tensor-shape', `${name} gives a shape that depends on values, which a captured step can't hold.`, {
      subject: name,
    })
  }
  return { output, shape, type: C.TF_OperationOutputType(output) as number }
}

/** The parts of a function: parameters, results, and operations that must run for their effect. */
export interface FunctionParts {
  name: string
  inputs: readonly Output[]
  outputs: readonly Output[]
  effects: readonly Pointer[]
}

/** Turns the graph into a function and registers it with the context. */
export function addFunction(context: Pointer, graph: Pointer, { name, inputs, outputs, effects }: FunctionParts) {
  const status = sharedStatus()
  const allOperations = -1
  const compiled = C.TF_GraphToFunctionWithControlOutputs(
    graph,
    name,
    0,
    allOperations,
    null,
    inputs.length,
    inputs,
    outputs.length,
    outputs,
    null,
    effects.length,
    effects,
    null,
    null,
    null,
    status,
  ) as Pointer
  check(`Compiling ${name}`)
  C.TFE_ContextAddFunction(context, compiled, status)
  C.TF_DeleteFunction(compiled)
  check(`Registering ${name}`)
}

export function removeFunction(context: Pointer, name: string) {
  C.TFE_ContextRemoveFunction(context, name, sharedStatus())
  check(`Removing ${name}`)
}

function subjectOf({ name, inputs }: Node): string {
  return `${name}(${inputs.map(({ type, shape }) => `${typeName(type)} [${shape.join(', ')}]`).join(', ')})`
}
