import { join } from 'node:path'
import { Fault } from '../../../contract/fault.ts'
import type { Flags, Options } from '../../ffi/pjrt/options.ts'
import { loadPlugin } from '../../ffi/pjrt/plugin.ts'
import { cacheFolder } from '../../provision/folder.ts'
import type { Precision, Runtime } from '../runtime.ts'
import { openCache } from './cache.ts'
import { clientOptions } from './clientOptions.ts'
import { openPaperDevice, type PaperDevice } from './paperDevice.ts'
import { openDevice } from './pluginDevice.ts'
import { runtimeOver } from './runtime.ts'

export interface PjrtOptions {
  /** pjrt: the plugin's library; default: WINNOW_PJRT_PLUGIN. */
  plugin?: string
  /** pjrt: part of a GPU's memory that may be taken (0..1). */
  memoryFraction?: number
  /** pjrt: options of the plugin's client, beside or instead of ours. */
  client?: Options
  /** pjrt: XLA flags of every program. */
  flags?: Flags
  /** pjrt: folder of compiled programs, false for none; default: WINNOW_PJRT_CACHE, or else `pjrt-executables` in the cache folder. */
  cache?: string | false
  /** pjrt: compile for this device, which need not be there; nothing can be run. */
  paper?: PaperDevice
  precision?: Precision
  /** pjrt: name of a step that will be captured; its program, if it was kept from an earlier process, begins to load at once. */
  expect?: string
}

/** Bytes of compiled programs on disk. */
const cacheLimit = 2 * 2 ** 30

/** Loads a plugin and starts its device. Throws a Fault that says what to do when there is none. */
export function startPjrt(options: PjrtOptions): Runtime {
  const { paper, flags = {}, precision = 'float32' } = options
  const plugin = loadPlugin(options.plugin ?? chosenPlugin())
  if (paper) return runtimeOver(openPaperDevice(plugin, paper, flags), precision)
  const client = { ...clientOptions(plugin, options.memoryFraction), ...options.client }
  const { cache = process.env['WINNOW_PJRT_CACHE'] || join(cacheFolder(), 'pjrt-executables') } = options
  const device = openDevice(plugin, { client, flags, cache: cache ? openCache(cache, cacheLimit) : null })
  if (options.expect) device.expect(options.expect)
  return runtimeOver(device, precision)
}

function chosenPlugin(): string {
  const path = process.env['WINNOW_PJRT_PLUGIN']
  if (path) return path
  throw new Fault('runtime-missing', 'No PJRT plugin was chosen.', {
    hint: 'Run `winnow doctor` to fetch one that fits, or set WINNOW_PJRT_PLUGIN to the plugin’s library.',
  })
}
