/** Where set-up reads and writes. */
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const buildFolder = join(root, 'build')

/** The per-user cache: downloads that every checkout of Winnow shares. */
export function cacheFolder() {
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, 'winnow')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'winnow')
  if (process.platform === 'win32')
    return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'winnow')
  return join(homedir(), '.cache', 'winnow')
}

/** The project's own Node 24, from the npm package `node`. */
export function nodeBinary() {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** The environment for child processes: the project's Node and tools come first. */
export function childEnvironment(extra = {}) {
  return { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter), ...extra }
}
