import { statSync } from 'node:fs'
import { join } from 'node:path'
import { installed, stampOf } from '../install.ts'
import type { PluginSet } from '../packages/wheel.ts'
import type { Choice } from './choose.ts'
import type { Hardware } from './detect.ts'

/** The library of a choice, whether or not it is there yet. */
export function pluginPath(choice: Choice, cache: string): string {
  return 'own' in choice ? choice.own : join(cache, choice.set.folder, choice.set.plugin)
}

/** Whether the choice's files are all there. */
export function pluginInstalled(choice: Choice, cache: string): boolean {
  return 'own' in choice || installed(choice.set, cache)
}

/** What a self-test's result holds for: the plugin's exact build, the driver and the card. One that changed asks for a new test. */
export function identityOf(choice: Choice): string {
  const { gpu } = choice
  return [pluginIdentity(choice), gpu?.name ?? '', gpu?.driver ?? '', gpu?.target ?? ''].join(' | ')
}

function pluginIdentity(choice: Choice): string {
  if ('set' in choice) return stampOf(choice.set)
  const { size, mtimeMs } = statSync(choice.own)
  return `${choice.own} ${size} ${mtimeMs}`
}

/** Environment of a process that computes with the plugin. Set when the process is spawned: libraries read it while they load. */
export function pluginEnvironment(
  choice: Choice,
  cache: string,
  { wsl }: Pick<Hardware, 'wsl'>,
): Record<string, string> {
  const own = 'set' in choice ? setEnvironment(choice.set, cache) : {}
  const libraries = [own['LD_LIBRARY_PATH'], wsl ? '/usr/lib/wsl/lib' : '', process.env['LD_LIBRARY_PATH']].filter(
    Boolean,
  )
  return {
    WINNOW_RUNTIME: 'pjrt',
    WINNOW_PJRT_PLUGIN: pluginPath(choice, cache),
    ...own,
    // What the person set comes last, because the last of two equal flags counts.
    ...(own['XLA_FLAGS'] && { XLA_FLAGS: [own['XLA_FLAGS'], process.env['XLA_FLAGS']].filter(Boolean).join(' ') }),
    ...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.join(':') }),
  }
}

function setEnvironment(set: PluginSet, cache: string): Record<string, string> {
  const folder = join(cache, set.folder)
  return Object.fromEntries(
    Object.entries(set.environment).map(([name, value]) => [name, value.replaceAll('{folder}', folder)]),
  )
}
