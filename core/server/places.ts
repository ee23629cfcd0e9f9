import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of what belongs to the user rather than to one project: the sample, the list of recent projects. */
export function userFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['WINNOW_DATA']) return environment['WINNOW_DATA']
  if (process.platform === 'win32')
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'winnow')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'winnow')
  return join(environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'winnow')
}

/** The sample project, in the user's folder. */
export function sampleFolder(user: string): string {
  return join(user, 'sample')
}

/** A folder of the program itself, for instance 'resources' or 'build/renderer'. */
export function programFolder(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url))
}
