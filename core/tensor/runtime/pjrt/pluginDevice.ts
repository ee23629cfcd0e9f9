import { statSync } from 'node:fs'
import { cpus } from 'node:os'
import { destroyBuffer, getBuffer, isDeleted, putBuffer } from '../../ffi/pjrt/buffers.ts'
import { describeDevices, kindOf, memoryOf, newClient, type Client } from '../../ffi/pjrt/client.ts'
import { awaitEventAsync, forgetEvent } from '../../ffi/pjrt/events.ts'
import {
  compile,
  compileNow,
  deserialise,
  destroyExecutable,
  memoryUse,
  optimised,
  serialise,
  start,
  type Executable,
} from '../../ffi/pjrt/executable.ts'
import { compileOptions, type Flags, type Options } from '../../ffi/pjrt/options.ts'
import type { Plugin } from '../../ffi/pjrt/plugin.ts'
import { cacheKey, type ExecutableCache } from './cache.ts'
import type { Immediate, Loaded, Module, PjrtDevice } from './device.ts'
import { newEarly } from './early.ts'

export interface PluginDeviceOptions {
  /** Options of the client; default: `clientOptions`. */
  client: Options
  /** XLA flags of every program. */
  flags: Flags
  /** Where compiled programs are kept between processes; null: nowhere. */
  cache: ExecutableCache | null
}

/** The first device of a plugin. */
export function openDevice(plugin: Plugin, { client: clientOptions, flags, cache }: PluginDeviceOptions): PjrtDevice {
  const client = newClient(plugin, clientOptions)
  const options = compileOptions(flags)
  const fixedParts = machineParts(client, options)

  /** A kept program; its number of arguments is for the caller to add. */
  async function fetch(key: string): Promise<Executable | null> {
    const bytes = await cache?.read(key)
    if (!bytes) return null
    try {
      return await deserialise(client, bytes, 0)
    } catch {
      await cache?.drop(key)
      return null
    }
  }

  const early = cache && newEarly({ cache, fixedParts, fetch, destroy: destroyExecutable })

  async function load({ name, text, parameters }: Module): Promise<{ executable: Executable; cached: boolean }> {
    const key = cacheKey([...fixedParts, text])
    const kept = (await early?.take(name, key)) ?? (await fetch(key))
    if (kept) return { executable: { ...kept, arguments: parameters }, cached: true }
    const executable = await compile(client, text, parameters, options, `Compiling ${name}`)
    await cache?.write(key, serialise(executable))
    return { executable, cached: false }
  }

  return {
    version: `PJRT ${plugin.version.join('.')} ${client.platformVersion.split('\n')[0]}`,
    root: plugin.path,
    devices: () => describeDevices(client),
    memory: () => memoryOf(client, client.devices[0]!),
    hasValues: true,
    put: (shape, type, values) => putBuffer(client, shape, type, values),
    get: (buffer, shape, type) => getBuffer(plugin, buffer, shape, type),
    destroy: (buffer) => destroyBuffer(plugin, buffer),
    consumed: (buffer) => isDeleted(plugin, buffer),
    expect: (name) => early?.expect(name),
    async compile(module) {
      const started = performance.now()
      const { executable, cached } = await load(module)
      const seconds = (performance.now() - started) / 1000
      return loadedOf(module, executable, { cached, seconds })
    },
    compileNow({ name, text, parameters }) {
      const executable = compileNow(client, text, parameters, options, `Compiling ${name}`)
      return immediate(name, executable)
    },
  }
}

function loadedOf({ name, text }: Module, executable: Executable, facts: { cached: boolean; seconds: number }): Loaded {
  return {
    start(buffers, kept) {
      const { outputs, done } = start(executable, buffers, kept, name)
      return { outputs, done: awaitEventAsync(executable.plugin, done, name) }
    },
    compiled: { ...facts, memory: memoryUse(executable), source: text, optimised: () => optimised(executable) },
    destroy: () => destroyExecutable(executable),
  }
}

function immediate(name: string, executable: Executable): Immediate {
  return {
    run(buffers) {
      const { outputs, done } = start(executable, buffers, [], name)
      forgetEvent(executable.plugin, done)
      return outputs
    },
    destroy: () => destroyExecutable(executable),
  }
}

/** What besides the module shapes the machine code: plugin, device, processor, options and flags of the environment. */
function machineParts(client: Client, options: Uint8Array): (string | Uint8Array)[] {
  const { plugin, platform, platformVersion, devices } = client
  const { size, mtimeMs } = statSync(plugin.path)
  const file = `${plugin.path} ${size} ${mtimeMs} ${plugin.version.join('.')}`
  const device = `${platform} ${platformVersion} ${kindOf(client, devices[0]!)} ${process.arch} ${cpus()[0]?.model}`
  return [file, device, options, process.env['XLA_FLAGS'] ?? '']
}
