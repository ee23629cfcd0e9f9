import type { Pointer } from '../../ffi/memory.ts'
import { execute } from '../../ffi/tensorflow/eager.ts'
import { attributeKind as kind, type Attribute } from '../../ffi/types.ts'
import type { Cell, DeviceValue } from '../runtime.ts'
import { handleOf, type Handle } from './values.ts'

// TensorFlow's reserved name for a resource that lives exactly as long as its handle.
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347'

/** Makes a resource variable without a value. */
export function newCell(context: Pointer, shape: readonly number[], type: number): Handle {
  const attributes: Attribute[] = [
    { name: 'dtype', type: kind.type, value: type },
    { name: 'shape', type: kind.shape, value: shape },
    { name: 'shared_name', type: kind.string, value: anonymous },
    { name: 'container', type: kind.string, value: '' },
  ]
  const [resource] = execute(context, { name: 'VarHandleOp', attributes, inputs: [], outputs: 1 })
  return { handle: resource!, shape: [...shape], type }
}

/** Sets the variable to a tensor, whose buffer it then shares. */
export function writeCell(context: Pointer, cell: Cell, value: DeviceValue) {
  const attributes = [{ name: 'dtype', type: kind.type, value: cell.type }]
  const inputs = [handleOf(cell), handleOf(value)]
  execute(context, { name: 'AssignVariableOp', attributes, inputs, outputs: 0 })
}

/** The present value. */
export function readCell(context: Pointer, cell: Cell): Handle {
  const attributes = [{ name: 'dtype', type: kind.type, value: cell.type }]
  const [handle] = execute(context, { name: 'ReadVariableOp', attributes, inputs: [handleOf(cell)], outputs: 1 })
  return { handle: handle!, shape: cell.shape, type: cell.type }
}
