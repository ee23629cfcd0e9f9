import { z } from 'zod'

/** A failure as it crosses a process border: a stable code, the thing it happened to, and what to do. */
export const faultRecord = z.object({
  code: z.string(),
  message: z.string(),
  subject: z.string().optional(),
  hint: z.string().optional(),
})
export type FaultRecord = z.infer<typeof faultRecord>

export interface FaultOptions {
  subject?: string
  hint?: string
  cause?: unknown
}

/** The only error that people are shown: says what happened, to which thing, and what to do. */
export class Fault extends Error {
  readonly code: string
  readonly subject: string | undefined
  readonly hint: string | undefined

  constructor(code: string, message: string, { subject, hint, cause }: FaultOptions = {}) {
    super(message, { cause })
    this.name = 'Fault'
    this.code = code
    this.subject = subject
    this.hint = hint
  }

  toJSON(): FaultRecord {
    return { code: this.code, message: this.message, subject: this.subject, hint: this.hint }
  }
}

const systemMessages: Record<string, [code: string, message: string, hint: string]> = {
  ENOSPC: ['disk-full', 'There is no space left on the disk.', 'Free some space, then resume.'],
  EACCES: ['not-permitted', 'Access was denied.', 'Check the permissions of the file or folder.'],
  EPERM: ['not-permitted', 'The operation is not permitted.', 'Check the permissions of the file or folder.'],
  EROFS: ['not-permitted', 'The disk is read-only.', 'Choose another folder.'],
  ENOENT: ['not-found', 'The file or folder does not exist.', 'It may have been moved or deleted.'],
}

/** Turns any thrown value into a Fault; the original stays as its cause. */
export function asFault(error: unknown, subject?: string): Fault {
  if (error instanceof Fault) return error
  const code = (error as { code?: unknown } | null)?.code
  const known = typeof code === 'string' ? systemMessages[code] : undefined
  if (known) {
    const path = (error as { path?: string }).path
    return new Fault(known[0], known[1], { subject: subject ?? path, hint: known[2], cause: error })
  }
  const message = error instanceof Error ? error.message : String(error)
  return new Fault('unexpected', message, { subject, cause: error })
}

/** Rebuilds a Fault from its record, for instance on the other side of a process border. */
export function faultFrom(record: FaultRecord): Fault {
  return new Fault(record.code, record.message, { subject: record.subject, hint: record.hint })
}

/**
 * The Fault behind any error a client of the contract catches. The engine sends each failure as an
 * error whose `data` is a FaultRecord; what carries none (a lost connection) becomes 'unexpected'.
 */
export function faultOf(error: unknown): Fault {
  const carried = faultRecord.safeParse((error as { data?: unknown } | null)?.data)
  return carried.success ? faultFrom(carried.data) : asFault(error)
}
