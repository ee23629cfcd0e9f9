import type { GraphValue } from '../ffi/graph.ts'
import { attributeKind as kind, dataType, type Attribute } from '../ffi/types.ts'
import { constantSymbol } from './constants.ts'
import { useSlot, type Slot } from './slot.ts'
import { addEffect, addOperation, addPlaceholder, type StateNode, type Tracer } from './tracer.ts'

// Order is kept by control edges: a change waits for the read before it, a read for the change before it.

/** The state variable's node, made on first use. */
export function stateNode(tracer: Tracer, slot: Slot): StateNode {
  let node = tracer.states.get(slot)
  if (!node) {
    useSlot(slot)
    const resource = addPlaceholder(tracer, [], dataType.resource)
    node = { resource, read: null, value: null, change: null }
    tracer.states.set(slot, node)
    tracer.parameters.push({ kind: 'state', slot, output: resource.output })
  }
  return node
}

/** The value as it is at this point of the step. Subtle: a resource parameter has no shape, so EnsureShape restores it. */
export function stateValue(tracer: Tracer, slot: Slot): GraphValue {
  const node = stateNode(tracer, slot)
  if (node.value) return node.value
  const type = { name: 'dtype', type: kind.type, value: slot.type }
  node.read = addEffect(tracer, 'ReadVariableOp', [type], [node.resource], [node.change])
  const read = { output: { oper: node.read, index: 0 }, shape: [], type: slot.type }
  const attributes = [
    { name: 'T', type: kind.type, value: slot.type },
    { name: 'shape', type: kind.shape, value: slot.shape },
  ]
  node.value = addOperation(tracer, 'EnsureShape', attributes, [read], 1)[0]!
  tracer.stateValues.add(node.value.output.oper)
  return node.value
}

/** Adds an operation that changes state: its first inputs are the resources. `after` holds it back until that value exists. */
export function changeState(
  tracer: Tracer,
  slots: readonly Slot[],
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly GraphValue[],
  after?: GraphValue,
) {
  const nodes = slots.map((slot) => stateNode(tracer, slot))
  const control = [...nodes.flatMap(({ read, change }) => [read, change]), after?.output.oper ?? null]
  const change = addEffect(
    tracer,
    name,
    attributes,
    [...nodes.map((node) => node.resource), ...inputs],
    [...new Set(control)],
  )
  for (const node of nodes) Object.assign(node, { change, read: null, value: null })
}

/** Sets the variable. */
export function assignState(tracer: Tracer, slot: Slot, value: GraphValue) {
  const attributes = [{ name: 'dtype', type: kind.type, value: slot.type }]
  changeState(tracer, [slot], 'AssignVariableOp', attributes, [
    tracer.stateValues.has(value.output.oper) ? ownBuffer(tracer, value) : value,
  ])
}

/** Subtle: XLA confuses buffers when a variable becomes the unchanged value of another one that is written too; a reshape there and back keeps them apart. */
function ownBuffer(tracer: Tracer, value: GraphValue): GraphValue {
  const attributes = [
    { name: 'T', type: kind.type, value: value.type },
    { name: 'Tshape', type: kind.type, value: dataType.int32 },
  ]
  const reshape = (from: GraphValue, shape: number[]) => {
    const lengths = constantSymbol(tracer, [shape.length], dataType.int32, Int32Array.from(shape))
    return addOperation(tracer, 'Reshape', attributes, [from, lengths], 1)[0]!
  }
  return reshape(reshape(value, [1, ...value.shape]), value.shape)
}
