import type { Options } from '../../ffi/pjrt/options.ts'
import type { Plugin } from '../../ffi/pjrt/plugin.ts'

/** Part of a GPU's memory that the plugin may take, step by step as it is needed. */
export const defaultMemoryFraction = 0.9

/** Options of a client by the kind of plugin: XLA would otherwise take most of a GPU's memory at once. */
export function clientOptions({ path }: Pick<Plugin, 'path'>, memoryFraction = defaultMemoryFraction): Options {
  if (/cpu/i.test(fileName(path))) return { cpu_device_count: 1 }
  if (/cuda|rocm|gpu/i.test(fileName(path))) return { memory_fraction: { float: memoryFraction }, preallocate: false }
  return {}
}

const fileName = (path: string) => path.split(/[\\/]/).at(-1)!
