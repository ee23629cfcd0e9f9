import type { FaultRecord } from '../contract/index.ts'

/** Where a command writes. Results go to stdout, everything on the way to stderr. */
export interface Output {
  result(text: string): void
  note(text: string): void
  /** A line that the next one replaces on a terminal; elsewhere a plain line now and then. */
  update(text: string): void
  /** Ends an updating line. */
  settle(): void
}

interface Stream {
  isTTY?: boolean | undefined
  columns?: number | undefined
  write(text: string): unknown
}

const plainEveryMs = 2000

export function createOutput(stdout: Stream = process.stdout, stderr: Stream = process.stderr): Output {
  let open = false
  let toldAt = Number.NEGATIVE_INFINITY
  let unsaid: string | null = null
  const settle = () => {
    if (open) stderr.write('\n')
    if (unsaid !== null) stderr.write(`${unsaid}\n`)
    open = false
    unsaid = null
  }
  return {
    result(text) {
      settle()
      stdout.write(`${text}\n`)
    },
    note(text) {
      settle()
      stderr.write(`${text}\n`)
    },
    update(text) {
      if (stderr.isTTY) {
        stderr.write(`\r\x1b[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
        open = true
      } else if (Date.now() - toldAt >= plainEveryMs) {
        toldAt = Date.now()
        unsaid = null
        stderr.write(`${text}\n`)
      } else unsaid = text
    },
    settle,
  }
}

/** A fault as a person reads it. */
export function faultText({ message, subject, hint }: Pick<FaultRecord, 'message' | 'subject' | 'hint'>): string {
  return [subject ? `${message} (${subject})` : message, hint].filter(Boolean).join('\n  ')
}
