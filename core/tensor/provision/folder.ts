import { homedir } from 'node:os'
import { join } from 'node:path'
import { tensorflow } from './packages/tensorflow.ts'

/** The per-user cache: downloads that every checkout of Winnow shares. */
export function cacheFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return join(systemCache(environment, platform), 'winnow')
}

/** The folder of the unpacked CPU runtime: WINNOW_TENSORFLOW, or `winnow/tensorflow-cpu-<version>` in the user's cache folder. */
export function runtimeFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return environment['WINNOW_TENSORFLOW'] || join(cacheFolder(environment, platform), tensorflow.folder)
}

function systemCache(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (environment['XDG_CACHE_HOME']) return environment['XDG_CACHE_HOME']
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  if (platform === 'win32') return environment['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local')
  return join(homedir(), '.cache')
}
