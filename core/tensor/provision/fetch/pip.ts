import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../../contract/index.ts'
import type { Wheel } from '../packages/wheel.ts'
import { runLines } from './command.ts'
import { hashFile } from './hash.ts'

/** A pip that can go on with a connection that broke off in the middle (since 25.1); it runs out of its wheel. */
const modernPip = {
  file: 'pip-25.3-py3-none-any.whl',
  requirement: 'pip==25.3',
  sha256: '9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd',
}

/** How to run Python with a pip that resumes. */
type Pip = string[]

/** Downloads one wheel into `folder`, whatever Python runs here; `onBytes` hears how far it is. */
export async function pipDownload(
  wheel: Wheel,
  folder: string,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  const [python, ...pip] = await findPip(folder)
  // A wheel for any Python will do for us, and so will one for 3.12.
  const target = ['--implementation', 'cp', '--abi', 'cp312', '--abi', 'none', '--python-version', '3.12']
  const platform = ['--only-binary=:all:', '--platform', wheel.tag]
  const stubborn = ['--retries', '5', '--resume-retries', '10', '--progress-bar', 'raw']
  const where = ['--no-deps', '--disable-pip-version-check', '--dest', folder, `${wheel.name}==${wheel.version}`]
  const { code, tail } = await runLines(
    python!,
    [...pip, 'download', ...target, ...platform, ...stubborn, ...where],
    (line) => {
      const match = /^Progress (\d+) of (\d+)/.exec(line)
      if (match) onBytes(Number(match[1]), Number(match[2]))
    },
  )
  if (code === 0) return
  throw new Fault('download-failed', `pip could not download ${wheel.name} ${wheel.version}.`, {
    subject: lastComplaint(tail),
    hint: 'Most often the network, a proxy or pip’s index settings are the cause. Start again: finished parts are kept.',
  })
}

/** The pip at hand where it can resume, else a newer one that is fetched once. */
async function findPip(folder: string): Promise<Pip> {
  const python = await findPython()
  const { tail } = await runLines(python, ['-m', 'pip', '--version'])
  if (resumes(tail)) return [python, '-m', 'pip']
  const wheel = join(folder, modernPip.file)
  if (!existsSync(wheel) || (await hashFile(wheel)) !== modernPip.sha256) {
    const args = ['-m', 'pip', 'download', '--no-deps', '--disable-pip-version-check', '--dest', folder]
    const { code, tail: said } = await runLines(python, [...args, modernPip.requirement])
    if (code !== 0)
      throw new Fault('download-failed', 'pip could not download a newer pip.', { subject: lastComplaint(said) })
    if ((await hashFile(wheel)) !== modernPip.sha256)
      throw new Fault('download-wrong', 'The newer pip does not have the expected SHA-256.', { subject: wheel })
  }
  return [python, join(wheel, 'pip')]
}

/** Whether a `pip --version` line names 25.1 or later. */
export function resumes(versionLine: string): boolean {
  const match = /^pip (\d+)\.(\d+)/m.exec(versionLine)
  return !!match && Number(match[1]) * 100 + Number(match[2]) >= 2501
}

/** The first Python 3 on the PATH that can do `probe`: by default, run pip. @throws Fault `python-missing` */
export async function findPython(probe = ['-m', 'pip', '--version']): Promise<string> {
  for (const program of ['python3', 'python', 'py']) if ((await runLines(program, probe)).code === 0) return program
  throw new Fault('python-missing', 'Packages are fetched with Python’s pip, and there is no Python 3 with pip.', {
    hint: remedy(),
  })
}

function remedy(): string {
  if (process.platform === 'linux')
    return 'Install it with your package manager, for instance: sudo apt-get install python3-pip'
  return process.platform === 'darwin' ? 'Install it with: xcode-select --install' : 'Install Python 3 from python.org.'
}

function lastComplaint(tail: string): string {
  const lines = tail.split('\n').filter(Boolean)
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? ''
}
