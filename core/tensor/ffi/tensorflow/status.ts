import { libraryFault } from '../faults.ts'
import type { Pointer } from '../memory.ts'
import { C } from './api.ts'

let shared: Pointer = null

/** The status object of synchronous calls, one per process. */
export function sharedStatus(): Pointer {
  shared ??= C.TF_NewStatus() as Pointer
  return shared
}

/** Throws a Fault when the last call failed; `subject` tells what was being done (operation and input shapes). */
export function check(subject: string | (() => string), status: Pointer = sharedStatus()) {
  const code = C.TF_GetCode(status) as number
  if (code === 0) return
  throw libraryFault(code, readable(C.TF_Message(status) as string), typeof subject === 'string' ? subject : subject())
}

/** TensorFlow's text without its function decorations and call stacks. */
function readable(message: string): string {
  const [first = ''] = message.replace(/\{\{[^}]*\}\}/g, '').split(/\n|\s\[Op:/)
  return first.trim() || message.trim()
}
