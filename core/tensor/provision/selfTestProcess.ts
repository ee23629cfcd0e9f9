import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Fault, faultFrom, type FaultRecord } from '../../contract/index.ts'
import type { SelfTest } from './selfTest.ts'

const program = fileURLToPath(new URL('selfTestProgram.ts', import.meta.url))
/** A GPU's first programs take long to compile. */
const limitMs = 240_000

/**
 * Runs the self-test in a process of its own, so that a library that crashes takes nothing with it.
 * @throws Fault with the library's own words, or `self-test-failed`
 */
export function runSelfTest(environment: Record<string, string> = {}): Promise<SelfTest> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ...environment }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program], { timeout: limitMs, killSignal: 'SIGKILL', env }, (error, stdout, stderr) => {
      const said = lastLine(stdout)
      if (said?.fault) reject(faultFrom(said.fault))
      else if (error || !said?.found) reject(brokenLibrary(stderr.trim().split('\n').at(-1) || error?.message))
      else resolve(said.found)
    })
  })
}

function brokenLibrary(subject: string | undefined): Fault {
  return new Fault('self-test-failed', 'The compute runtime does not work on this machine.', {
    subject,
    hint: 'Delete its folder and run `npm start`, which fetches it anew.',
  })
}

function lastLine(text: string): { found?: SelfTest; fault?: FaultRecord } | null {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '')
  } catch {
    return null
  }
}
