import { ORPCError } from '@orpc/server'
import { asFault, Fault } from '../contract/index.ts'

/** Tells the log what people are not shown: the stack of an error nobody foresaw. */
export type Log = (text: string) => void

/**
 * The one way a failure leaves the engine: an oRPC error whose code is the fault's and whose data is its record.
 * Stacks go to the log only.
 */
export function crossing(error: unknown, path: readonly string[], log: Log): ORPCError<string, unknown> {
  const fault = badInput(error) ?? asFault(error)
  if (fault.code === 'unexpected') log(`${path.join('.')}: ${stackOf(error)}`)
  return new ORPCError(fault.code, { status: statusOf(fault.code), message: fault.message, data: fault.toJSON() })
}

export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncause: ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

/** HTTP status for scripts; people read the fault. */
function statusOf(code: string): number {
  if (code === 'unexpected') return 500
  if (code === 'bad-input') return 400
  return code.endsWith('-unknown') || code === 'not-found' ? 404 : 422
}

function badInput(error: unknown): Fault | null {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return null
  const issues = (error.data as { issues?: { path?: unknown[]; message: string }[] } | undefined)?.issues
  const first = issues?.[0]
  const subject = first?.path?.map((part) => String((part as { key?: unknown })?.key ?? part)).join('.')
  return new Fault('bad-input', first ? `The request is not valid: ${first.message}` : error.message, { subject })
}
