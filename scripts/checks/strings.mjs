/** Checks that no tracked file names a machine's own folders or a package registry. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Written in pieces so that this file passes its own check. */
const forbidden = [
  { text: '/wo' + 'rk/', why: 'a folder of one machine' },
  { text: '/ro' + 'ot/', why: 'a folder of one machine' },
  { text: '"resolved": "ht' + 'tp', why: 'the host of a registry' },
]

/** One line for each find in the files that git tracks below `root`. */
export function findForbiddenStrings(root) {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
  return files.flatMap((file) => findIn(file, read(join(root, file))))
}

/** The finds in one file; none for a binary one. */
export function findIn(file, text) {
  if (text === null || text.includes('\0')) return []
  return forbidden
    .filter((entry) => text.includes(entry.text))
    .map((entry) => `${file}: names ${entry.why} (${entry.text})`)
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // Deleted in the working tree, or a link to a folder.
  }
}
