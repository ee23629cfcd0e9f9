import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Door } from './forward.ts'

/** Reads the one JSON line that an engine prints when it listens. Rejects when its output ends before that. */
export function readDoor(child: ChildProcess): Promise<Door> {
  return new Promise((resolve, reject) => {
    const { stdout } = child
    if (!stdout) throw new TypeError('The engine was started without a pipe for its stdout.')
    const lines = createInterface({ input: stdout })
    lines.on('line', (line) => {
      const door = parseDoor(line)
      if (door) resolve(door)
    })
    lines.on('close', () => reject(new Error('The engine ended before it listened.')))
  })
}

function parseDoor(line: string): Door | null {
  try {
    const { socket, token } = JSON.parse(line) as Partial<Door>
    return typeof socket === 'string' ? { socket, token } : null
  } catch {
    return null // A line of log, not the announcement.
  }
}
