import type { FaultRecord } from '../../core/contract/index.ts'

/** Reads the fault out of whatever a call threw. */
export function faultOf(error: unknown): FaultRecord {
  const data = (error as { data?: unknown } | null)?.data
  if (isFault(data)) return data
  if (error instanceof TypeError && /fetch|network/i.test(error.message))
    return { code: 'disconnected', message: error.message }
  const code = (error as { code?: unknown } | null)?.code
  const message = error instanceof Error ? error.message : String(error)
  return { code: typeof code === 'string' ? code : 'unexpected', message }
}

/** A fault of the window itself; its words are in the locales under `fault`. */
export function windowFault(code: string): Error {
  return Object.assign(new Error(code), { data: { code, message: code } satisfies FaultRecord })
}

/** True for an error that only says that the call was given up. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

function isFault(value: unknown): value is FaultRecord {
  const record = value as Partial<FaultRecord> | null
  return (
    typeof record === 'object' &&
    record !== null &&
    typeof record.code === 'string' &&
    typeof record.message === 'string'
  )
}
