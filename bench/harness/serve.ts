import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

// oxlint-disable-next-line typescript/no-explicit-any -- each action says what it takes
export type Actions = Record<string, (fields: any) => object | void | Promise<object | void>>

/** Our side of `startProgram`: answers requests on stdin by these actions until it ends. As bench/peers/serve.py. */
export async function serve(actions: Actions): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: action, ...fields } = JSON.parse(line) as { do: string }
    const [began, before] = [performance.now(), process.cpuUsage()]
    let answer: object
    try {
      answer = (await actions[action]!(fields)) ?? {}
      const { user, system } = process.cpuUsage(before)
      answer = { ...answer, ms: performance.now() - began, cpuMs: (user + system) / 1000 }
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
  process.exit() // threads of a runtime would keep the process
}

/** Most memory that this process had resident at a time, in bytes. */
export function peakMemory(): { bytes: number } {
  const status = readFileSync('/proc/self/status', 'utf8')
  return { bytes: Number(/^VmHWM:\s+(\d+) kB/m.exec(status)![1]) * 1024 }
}
