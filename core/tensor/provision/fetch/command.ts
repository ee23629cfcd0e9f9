import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Outcome {
  code: number
  /** The last lines that the program wrote. */
  tail: string
}

const tailLines = 30

/** Runs a program and shows each line of its output to `onLine`. Never throws for a failing program: look at `code` (127: not started). */
export function runLines(program: string, args: string[], onLine: (line: string) => void = () => {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const tail: string[] = []
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        onLine(line)
        tail.push(line)
        if (tail.length > tailLines) tail.shift()
      })
    child.on('error', (error) => resolve({ code: 127, tail: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, tail: tail.join('\n') }))
  })
}
