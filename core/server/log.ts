import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

export interface EngineLog {
  write(text: string): void
  /** From now on lines go to engine.log of this folder, or to stderr for null. */
  follow(folder: string | null): void
}

/** The engine's log: stacks and the workers' own words. A log that can't be written must not stop work. */
export function createLog(): EngineLog {
  let path: string | null = null
  return {
    write(text) {
      const line = `${new Date().toISOString()} ${text.trimEnd()}\n`
      try {
        if (path) appendFileSync(path, line)
        else process.stderr.write(line)
      } catch {
        process.stderr.write(line)
      }
    },
    follow(folder) {
      path = folder && join(folder, 'engine.log')
    },
  }
}
