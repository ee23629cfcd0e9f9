import type { Pointer } from '../memory.ts'
import { C } from './api.ts'
import { setEagerAttribute } from './attributes.ts'
import { check, sharedStatus } from './status.ts'
import { adopt, describeHandle } from './tensors.ts'
import { typeName, type Attribute } from '../types.ts'

/** One operation, or one compiled function, to run now. */
export interface Call {
  name: string
  attributes: readonly Attribute[]
  inputs: readonly Pointer[]
  outputs: number
}

/** Runs an operation and returns its output handles, which the caller owns. */
export function execute(context: Pointer, call: Call): Pointer[] {
  const operation = prepare(context, call)
  const results = new BigUint64Array(Math.max(1, call.outputs))
  C.TFE_Execute(operation, results, [call.outputs], sharedStatus())
  C.TFE_DeleteOp(operation)
  check(() => subjectOf(call))
  return collect(results, call.outputs)
}

/** Like `execute`, on a worker thread: the event loop stays free. The inputs must outlive the call. */
export function executeAsync(context: Pointer, call: Call): Promise<Pointer[]> {
  const operation = prepare(context, call)
  const results = new BigUint64Array(Math.max(1, call.outputs))
  const status = C.TF_NewStatus() as Pointer
  return new Promise((resolve, reject) => {
    C.TFE_Execute.async(operation, results, [call.outputs], status, (error: unknown) => {
      C.TFE_DeleteOp(operation)
      try {
        if (error) throw error
        check(() => subjectOf(call), status)
        resolve(collect(results, call.outputs))
      } catch (fault) {
        reject(fault)
      } finally {
        C.TF_DeleteStatus(status)
      }
    })
  })
}

function prepare(context: Pointer, call: Call): Pointer {
  const operation = C.TFE_NewOp(context, call.name, sharedStatus()) as Pointer
  check(() => subjectOf(call))
  for (const input of call.inputs) C.TFE_OpAddInput(operation, input, sharedStatus())
  for (const attribute of call.attributes) setEagerAttribute(operation, attribute)
  return operation
}

function collect(results: BigUint64Array, count: number): Pointer[] {
  return Array.from(results.subarray(0, count), adopt)
}

/** "MatMul(float32 [2, 3], float32 [4, 5])" */
function subjectOf({ name, inputs }: Call): string {
  const shown = inputs.slice(0, 8).map((input) => {
    const { type, shape } = describeHandle(input)
    return `${typeName(type)} [${shape.join(', ')}]`
  })
  const rest = inputs.length > shown.length ? `, and ${inputs.length - shown.length} more` : ''
  return `${name}(${shown.join(', ')}${rest})`
}
