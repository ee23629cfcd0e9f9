import { statSync } from 'node:fs'
import { join } from 'node:path'
import { installed, stampOf } from '../install.ts'
import type { PluginSet } from '../packages/wheel.ts'
import type { Choice } from './choose.ts'
import type { Hardware } from './detect.ts'
import type { Gpu } from './gpu.ts'

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
  hardware: Pick<Hardware, 'wsl' | 'gpus'>,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const own = 'set' in choice ? setEnvironment(choice.set, cache) : {}
  const joined = (separator: string, ...parts: (string | undefined)[]) => parts.filter(Boolean).join(separator)
  const found = {
    WINNOW_RUNTIME: 'pjrt',
    WINNOW_PJRT_PLUGIN: pluginPath(choice, cache),
    // What the person set comes last, because the last of two equal flags counts.
    XLA_FLAGS: joined(' ', own['XLA_FLAGS'], environment['XLA_FLAGS']),
    LD_LIBRARY_PATH: joined(
      ':',
      own['LD_LIBRARY_PATH'],
      hardware.wsl ? wslLibraries : '',
      environment['LD_LIBRARY_PATH'],
    ),
    WINNOW_PRECISION: environment['WINNOW_PRECISION'] ?? (choice.gpu && hasBfloat16(choice.gpu) ? 'bfloat16' : ''),
    ...(environment['CUDA_VISIBLE_DEVICES'] === undefined ? oneCard(choice, hardware) : {}),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ''))
}

/** Whether a card multiplies matrices of bfloat16 in its own units: NVIDIA's since Ampere, AMD's since CDNA 2 and RDNA 3. */
function hasBfloat16({ vendor, target }: Gpu): boolean {
  if (target === null) return false
  return vendor === 'nvidia' ? Number(target) >= 8 : /^gfx(90a|9[45]|1[12])/.test(target)
}

/** Where Windows' driver puts libcuda for Linux. */
const wslLibraries = '/usr/lib/wsl/lib'

/** Of several cards only the chosen one is shown: CUDA counts by speed unless told to count as nvidia-smi does, and a set may not fit all. */
function oneCard({ gpu }: Choice, { gpus }: Pick<Hardware, 'gpus'>): Record<string, string> {
  const cards = gpus.filter(({ vendor, driver }) => vendor === 'nvidia' && driver !== null)
  const index = cards.indexOf(gpu!)
  if (cards.length < 2 || index < 0) return {}
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: String(index) }
}

function setEnvironment(set: PluginSet, cache: string): Record<string, string> {
  const folder = join(cache, set.folder)
  return Object.fromEntries(
    Object.entries(set.environment).map(([name, value]) => [name, value.replaceAll('{folder}', folder)]),
  )
}
