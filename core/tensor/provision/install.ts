import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '../../contract/index.ts'
import { runLines } from './fetch/command.ts'
import { downloadWheel, type Fetch } from './fetch/download.ts'
import { removeLeftovers, requireSpace } from './fetch/leftovers.ts'
import { findPython, pipDownload } from './fetch/pip.ts'
import { cacheFolder } from './folder.ts'
import { downloadBytes, type WheelSet } from './packages/wheel.ts'

const unpackProgram = fileURLToPath(new URL('fetch/unpack.py', import.meta.url))

/** How far an installation is; `doneBytes` never falls within a stage. */
export interface InstallProgress {
  stage: 'download' | 'unpack'
  doneBytes: number
  totalBytes: number
}

export interface InstallOptions {
  cache?: string
  onProgress?: (progress: InstallProgress) => void
  fetch?: Fetch
}

/**
 * Puts a set of wheels into the cache, unless it is there. The set's folder is either whole or absent; finished
 * downloads stay until all is unpacked, so that an interrupted installation goes on with the next wheel.
 * @returns the folder
 * @throws Fault `disk-short` | `python-missing` | `download-failed` | `download-wrong` | `unpack-failed`
 */
export async function install(set: WheelSet, options: InstallOptions = {}): Promise<string> {
  const { cache = cacheFolder(), onProgress = () => {}, fetch = pipDownload } = options
  const folder = join(cache, set.folder)
  if (installed(set, cache)) return folder
  requireSpace(cache, downloadBytes(set) + set.unpackedBytes, set.title)
  removeLeftovers(folder)
  const files = await download(set, join(cache, 'downloads'), onProgress, fetch)
  await unpack(set, files, folder, onProgress)
  for (const file of files) rmSync(file)
  return folder
}

/** Whether the set's folder holds what its own record says, from these wheels. */
export function installed(set: WheelSet, cache = cacheFolder()): boolean {
  const folder = join(cache, set.folder)
  const record = join(folder, 'installed.json')
  if (!existsSync(record)) return false
  const { wheel, files } = JSON.parse(readFileSync(record, 'utf8')) as { wheel: string; files: Record<string, number> }
  const whole = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === files[name]
  return wheel === stampOf(set) && Object.keys(files).every(whole)
}

/** Names the exact wheels that a folder was unpacked from. */
export function stampOf({ wheels }: WheelSet): string {
  return wheels.map(({ sha256 }) => sha256).join('+')
}

async function download(
  set: WheelSet,
  folder: string,
  onProgress: (progress: InstallProgress) => void,
  fetch: Fetch,
): Promise<string[]> {
  const totalBytes = downloadBytes(set)
  const files: string[] = []
  let before = 0
  for (const wheel of set.wheels) {
    const tell = (bytes: number) =>
      onProgress({ stage: 'download', doneBytes: Math.min(totalBytes, before + bytes), totalBytes })
    files.push(await downloadWheel(wheel, folder, tell, fetch))
    tell(wheel.bytes)
    before += wheel.bytes
  }
  return files
}

/** Unpacks beside the final place and renames. */
async function unpack(
  { title, wheels, ...set }: WheelSet,
  files: string[],
  folder: string,
  onProgress: (progress: InstallProgress) => void,
): Promise<void> {
  const part = `${folder}.part-${process.pid}`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  const jobs = files.flatMap((file, index) => [file, wheels[index]!.members])
  const stamp = stampOf({ title, wheels, ...set })
  const python = await findPython(['-c', 'import zipfile'])
  const { code, tail } = await runLines(python, [unpackProgram, part, stamp, ...jobs], (line) => {
    const match = /^(\d+) of (\d+)$/.exec(line)
    if (match) onProgress({ stage: 'unpack', doneBytes: Number(match[1]), totalBytes: Number(match[2]) })
  })
  if (code === 0) {
    rmSync(folder, { recursive: true, force: true })
    renameSync(part, folder)
    return
  }
  rmSync(part, { recursive: true, force: true })
  throw new Fault('unpack-failed', `Unpacking ${title} failed.`, {
    subject: tail.split('\n').at(-1),
    hint: 'Is the disk full?',
  })
}
