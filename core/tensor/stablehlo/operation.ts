import { Fault } from '../../contract/fault.ts'
import type { Attribute } from '../ffi/types.ts'
import type { Builder, Value } from './builder.ts'
import { known, unsupported, type Call } from './call.ts'
import { table } from './table.ts'

/**
 * Adds a TensorFlow operation to the program and returns its outputs, with their static shapes.
 * A Fault 'tensor-operation' names an operation, or a use of one, that has no lowering.
 */
export function lowerOperation(
  builder: Builder,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Value[],
  outputs: number,
): Value[] {
  const call = callOf(builder, name, attributes, inputs, outputs)
  const operation = Object.hasOwn(table, name) ? table[name] : undefined
  if (!operation) throw unsupported(call, 'no lowering is known for this operation')
  for (const index of hostInputs(name)) if (index < inputs.length) known(call, index)
  const results = guarded(call, () => operation.lower(call))
  return (Array.isArray(results) ? results : [results]).slice(0, outputs)
}

/** Inputs whose values must be known while the program is built (negative: counted from the end): shapes, axes, sizes. */
export function hostInputs(name: string): readonly number[] {
  return Object.hasOwn(table, name) ? (table[name]!.host ?? []) : []
}

export function callOf(
  builder: Builder,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Value[],
  outputs: number,
): Call {
  const named = new Map(attributes.map((attribute) => [attribute.name, attribute.value]))
  return { builder, name, attributes: named, inputs, outputs }
}

/** Faults of the instructions inside are told with the operation's name. */
export function guarded<Result>(call: Call, lower: () => Result): Result {
  try {
    return lower()
  } catch (error) {
    if (!(error instanceof Fault) || error.subject !== undefined) throw error
    throw unsupported(call, error.message.replace(/\.$/, ''))
  }
}
