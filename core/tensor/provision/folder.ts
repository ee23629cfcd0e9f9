import { homedir } from 'node:os'
import { join } from 'node:path'

/** Version of TensorFlow that the engine is built against; its C API is stable, its kernels are tested. */
export const runtimeVersion = '2.21.0'

/** The folder of the unpacked runtime: WINNOW_TENSORFLOW, or `winnow/tensorflow-cpu-<version>` in the user's cache folder. */
export function runtimeFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  return (
    environment['WINNOW_TENSORFLOW'] ||
    join(cacheFolder(environment, platform), 'winnow', `tensorflow-cpu-${runtimeVersion}`)
  )
}

function cacheFolder(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = homedir()
  if (environment['XDG_CACHE_HOME']) return environment['XDG_CACHE_HOME']
  if (platform === 'darwin') return join(home, 'Library', 'Caches')
  if (platform === 'win32') return environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
  return join(home, '.cache')
}
