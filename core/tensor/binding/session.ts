import { Fault } from '../../contract/fault.ts'
import type { Tracer } from '../capture/tracer.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** The running runtime, and the step being captured, if any. One per process, since tfjs has one engine. */
export interface Session {
  runtime: Runtime
  tracer: Tracer | null
}

let current: Session | null = null

export function openSession(runtime: Runtime): Session {
  current = { runtime, tracer: null }
  return current
}

export function session(): Session {
  if (current) return current
  throw new Fault('runtime-missing', 'The tensor runtime has not been started.', { hint: 'Call startTensor() first.' })
}

export function hasSession(): boolean {
  return current !== null
}
