import { Fault } from '../../../contract/fault.ts'
import { deviceForm } from '../../ffi/pjrt/buffers.ts'
import { memoryUse, optimised } from '../../ffi/pjrt/executable.ts'
import type { Flags, Options } from '../../ffi/pjrt/options.ts'
import type { Plugin } from '../../ffi/pjrt/plugin.ts'
import { compileFor, destroyForeign, newTopology } from '../../ffi/pjrt/topology.ts'
import type { PjrtDevice } from './device.ts'

/** A device that is only described, for programs that are compiled and looked at, never run. */
export interface PaperDevice {
  /** For people: 'H100'. */
  name: string
  memoryBytes: number
  /** Options of the topology. A GPU plugin takes { target_config: text proto of the GPU, topology: '1x1x1' }. */
  options: Options
}

/** The device on paper: tensors have shapes but no values, and take no memory. */
export function openPaperDevice(plugin: Plugin, { name, memoryBytes, options }: PaperDevice, flags: Flags): PjrtDevice {
  const topology = newTopology(plugin, name, options)
  let buffers = 0n
  const absent = () =>
    new Fault('device-absent', `${name} is only described: programs can be compiled for it, not run.`)
  const refuse = (): never => {
    throw absent()
  }
  const next = () => ++buffers
  return {
    version: `PJRT ${plugin.version.join('.')} for ${name}`,
    root: plugin.path,
    devices: () => [{ name, type: 'GPU', memoryBytes }],
    put(shape, type, values) {
      deviceForm(shape, type, values) // what would be refused on a device is refused here
      return next()
    },
    memory: () => null,
    hasValues: false,
    get: refuse,
    destroy: () => undefined,
    consumed: () => false,
    expect: () => undefined,
    async compile({ text }) {
      const started = performance.now()
      const program = await compileFor(topology, text, flags)
      const seconds = (performance.now() - started) / 1000
      return {
        start: refuse,
        compiled: {
          cached: false,
          seconds,
          memory: memoryUse(program),
          source: text,
          optimised: () => optimised(program),
        },
        destroy: () => destroyForeign(program),
      }
    },
    // Eager operations (initial values, casts) only pass on shapes.
    compileNow: ({ outputs }) => ({
      run: () => Array.from({ length: outputs }, next),
      destroy: () => undefined,
    }),
  }
}
