import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What detection may look at; tests put a recorded machine in its place. */
export interface Machine {
  platform: NodeJS.Platform
  arch: string
  /** A file's text, or null where it can't be read. */
  read(path: string): string | null
  /** Names in a folder; none where it can't be read. */
  list(path: string): string[]
  /** Output of a program that ended well, or null. */
  run(program: string, args: string[]): Promise<string | null>
}

/** A driver in a bad state can make its tools hang. */
const limitMs = 10_000

export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return null
    }
  },
  list(path) {
    try {
      return readdirSync(path)
    } catch {
      return []
    }
  },
  run(program, args) {
    return new Promise((resolve) => {
      execFile(program, args, { timeout: limitMs, killSignal: 'SIGKILL' }, (error, stdout) =>
        resolve(error ? null : stdout),
      )
    })
  },
}

/** Whether this Linux runs inside Windows (WSL 2), where the driver is Windows' own. */
export function isWsl({ read }: Machine): boolean {
  return /microsoft/i.test(read('/proc/version') ?? '')
}
