/** What an interrupted set-up leaves behind, and whether there is room for the next. */
import { mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Removes the half-unpacked copies of `folder` whose process is gone. */
export function removeLeftovers(folder) {
  const prefix = `${basename(folder)}.part-`
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length)))) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true })
    }
  }
}

/** Refuses to begin what can't be finished. */
export function requireSpace(folder, sizeBytes) {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= sizeBytes) return
  const gigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new Error(
    `The compute runtime needs ${gigabytes(sizeBytes)} in ${folder}, and ${gigabytes(bavail * bsize)} are free. Free some space, or set XDG_CACHE_HOME to another disk.`,
  )
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
