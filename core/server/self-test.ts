import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Fault } from '../contract/index.ts'

const program = fileURLToPath(new URL('self-test-program.ts', import.meta.url))

/** Runs the tensor self-test in a process of its own and tells what it found. */
export function runSelfTest(timeoutMs = 120_000): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program], { timeout: timeoutMs, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } }, (error, stdout, stderr) => {
      const found = lastJson(stdout)
      if (found?.['fault']) return reject(new Fault(String(found['fault'].code), String(found['fault'].message), found['fault']))
      if (error || !found) return reject(new Fault('self-test-failed', 'The compute runtime does not work on this machine.', { subject: stderr.trim().split('\n').at(-1) ?? error?.message, hint: 'Delete its folder and run `npm start`, which fetches it anew.' }))
      resolve(`${found['version']}, ${found['devices']}; gradient and captured step right`)
    })
  })
}

function lastJson(text: string): Record<string, any> | null {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '')
  } catch {
    return null
  }
}
