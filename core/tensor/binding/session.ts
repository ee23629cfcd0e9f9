import type { Pointer } from '../ffi/api.ts'
import { Fault } from '../../contract/fault.ts'
import type { Tracer } from '../capture/tracer.ts'

/** The running eager context, and the step being captured, if any. One per process, since tfjs has one engine. */
export interface Session {
  context: Pointer
  tracer: Tracer | null
}

let current: Session | null = null

export function openSession(context: Pointer): Session {
  current = { context, tracer: null }
  return current
}

export function session(): Session {
  if (current) return current
  throw new Fault('runtime-missing', 'The tensor runtime has not been started.', { hint: 'Call startTensor() first.' })
}

export function hasSession(): boolean {
  return current !== null
}
