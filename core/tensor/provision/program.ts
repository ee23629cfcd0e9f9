/**
 * Installs one runtime and prints how far it is: `node core/tensor/provision/program.ts <tensorflow | pjrt-cpu>`.
 * Set-up runs it once Node 24 is there. Exit codes: 0 ready, 1 failed, 3 none exists for this machine.
 */
import { asFault } from '../../contract/index.ts'
import { install, installed } from './install.ts'
import { pjrtCpuFor } from './packages/pjrtCpu.ts'
import { tensorflowFor } from './packages/tensorflow.ts'
import { downloadBytes } from './packages/wheel.ts'
import { progressText } from './progress.ts'

const choices = { tensorflow: tensorflowFor, 'pjrt-cpu': pjrtCpuFor }
const none = 3

process.exitCode = await main(process.argv[2] as keyof typeof choices)

async function main(choice: keyof typeof choices): Promise<number> {
  const set = choices[choice](`${process.platform}-${process.arch}`)
  if (!set) return none
  if (installed(set)) return 0
  console.log(`  Downloading ${set.title} (${(downloadBytes(set) / 1e6).toFixed(0)} MB)`)
  let said = ''
  try {
    await install(set, {
      onProgress: (progress) => {
        const text = progressText(progress)
        if (text !== said) console.log(`  ${text}`)
        said = text
      },
    })
    return 0
  } catch (error) {
    const { message, subject, hint } = asFault(error)
    console.log(`  ${[subject ? `${message} (${subject})` : message, hint].filter(Boolean).join(' ')}`)
    return 1
  }
}
