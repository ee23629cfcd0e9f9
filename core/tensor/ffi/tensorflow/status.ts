import { Fault } from '../../../contract/fault.ts'
import type { Pointer } from '../memory.ts'
import { C } from './api.ts'

const codes: Record<number, string> = {
  3: 'tensor-invalid', // INVALID_ARGUMENT
  5: 'tensor-unknown', // NOT_FOUND
  8: 'out-of-memory', // RESOURCE_EXHAUSTED
  12: 'tensor-unknown', // UNIMPLEMENTED
}

let shared: Pointer = null

/** The status object of synchronous calls, one per process. */
export function sharedStatus(): Pointer {
  shared ??= C.TF_NewStatus() as Pointer
  return shared
}

/** Throws a Fault when the last call failed; `subject` tells what was being done (operation and input shapes). */
export function check(subject: string | (() => string), status: Pointer = sharedStatus()) {
  const code = C.TF_GetCode(status) as number
  if (code !== 0) throw statusFault(code, C.TF_Message(status) as string, subject)
}

function statusFault(code: number, message: string, subject: string | (() => string)): Fault {
  const text = readable(message)
  const what = typeof subject === 'string' ? subject : subject()
  const hint = codes[code] === 'out-of-memory' ? 'Lower the batch size, the image size, or the model size.' : undefined
  return new Fault(codes[code] ?? 'tensor-failed', `${what}: ${text}`, { subject: what, hint })
}

/** TensorFlow's text without its function decorations and call stacks. */
function readable(message: string): string {
  const [first = ''] = message.replace(/\{\{[^}]*\}\}/g, '').split(/\n|\s\[Op:/)
  return first.trim() || message.trim()
}
