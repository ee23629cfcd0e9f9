import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Fault } from '../../../contract/index.ts'

/** Removes the half-unpacked copies of `folder` whose process is gone. */
export function removeLeftovers(folder: string): void {
  const prefix = `${basename(folder)}.part-`
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true })
    }
  }
}

/** Refuses to begin what can't be finished. @throws Fault `disk-short` */
export function requireSpace(folder: string, sizeBytes: number, title: string): void {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= sizeBytes) return
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new Fault(
    'disk-short',
    `There is not enough room for ${title}: it needs ${gigabytes(sizeBytes)} and ${gigabytes(bavail * bsize)} are free.`,
    { subject: folder, hint: 'Free some space, or set XDG_CACHE_HOME to another disk.' },
  )
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
