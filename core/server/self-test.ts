import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Fault, faultFrom, faultRecord } from '../contract/index.ts'

const program = fileURLToPath(new URL('self-test-program.ts', import.meta.url))

/** Runs the tensor self-test in a process of its own and tells what it found. */
export function runSelfTest(timeoutMs = 120_000): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program],
      { timeout: timeoutMs, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } },
      (error, stdout, stderr) => {
        const found = lastLine(stdout)
        if (found?.fault) return reject(faultFrom(found.fault))
        if (error || !found)
          return reject(
            new Fault('self-test-failed', 'The compute runtime does not work on this machine.', {
              subject: stderr.trim().split('\n').at(-1) ?? error?.message,
              hint: 'Delete its folder and run `npm start`, which fetches it anew.',
            }),
          )
        resolve(`${found.version}, ${found.devices}; gradient and captured step right`)
      },
    )
  })
}

const said = z.object({ version: z.string().optional(), devices: z.string().optional(), fault: faultRecord.optional() })

function lastLine(text: string): z.infer<typeof said> | null {
  try {
    return said.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''))
  } catch {
    return null
  }
}
