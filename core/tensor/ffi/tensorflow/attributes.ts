import { Fault } from '../../../contract/fault.ts'
import type { Pointer } from '../memory.ts'
import { C } from './api.ts'
import { sharedStatus } from './status.ts'
import { attributeKind as kind, type Attribute } from '../types.ts'

/** Sets an attribute on an eager operation. */
export function setEagerAttribute(operation: Pointer, { name, type, value }: Attribute) {
  if (type === kind.type) C.TFE_OpSetAttrType(operation, name, value)
  else if (type === kind.bool) C.TFE_OpSetAttrBool(operation, name, value ? 1 : 0)
  else if (type === kind.int && Array.isArray(value)) C.TFE_OpSetAttrIntList(operation, name, value, value.length)
  else if (type === kind.int) C.TFE_OpSetAttrInt(operation, name, value)
  else if (type === kind.float) C.TFE_OpSetAttrFloat(operation, name, value)
  else if (type === kind.string) withText(value, (text, length) => C.TFE_OpSetAttrString(operation, name, text, length))
  else if (type === kind.shape) {
    const shape = value as number[]
    C.TFE_OpSetAttrShape(operation, name, shape, shape.length, sharedStatus())
  } else throw unknownKind(name, type)
}

/** Sets an attribute on an operation of a graph. */
export function setGraphAttribute(operation: Pointer, { name, type, value }: Attribute) {
  if (type === kind.type) C.TF_SetAttrType(operation, name, value)
  else if (type === kind.bool) C.TF_SetAttrBool(operation, name, value ? 1 : 0)
  else if (type === kind.int && Array.isArray(value)) C.TF_SetAttrIntList(operation, name, value, value.length)
  else if (type === kind.int) C.TF_SetAttrInt(operation, name, value)
  else if (type === kind.float) C.TF_SetAttrFloat(operation, name, value)
  else if (type === kind.string) withText(value, (text, length) => C.TF_SetAttrString(operation, name, text, length))
  else if (type === kind.shape) C.TF_SetAttrShape(operation, name, value, (value as number[]).length)
  else throw unknownKind(name, type)
}

function withText(value: unknown, set: (text: Buffer, length: number) => void) {
  const text = Buffer.from(String(value))
  set(text, text.length)
}

function unknownKind(name: string, type: number): Fault {
  return new Fault('tensor-invalid', `Attribute ${name} is of a kind (${type}) that is not supported.`)
}
