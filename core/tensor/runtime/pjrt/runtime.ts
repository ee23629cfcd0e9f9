import type { Precision, Runtime } from '../runtime.ts'
import type { Module, PjrtDevice } from './device.ts'
import { newEager } from './eager.ts'
import { newRecorder } from './recorder.ts'
import { newValues } from './values.ts'

/** The runtime over a device that speaks PJRT. */
export function runtimeOver(device: PjrtDevice, defaultPrecision: Precision): Runtime {
  const { counted, statistics } = counting(device)
  const values = newValues(counted)
  const eager = newEager(counted, values)
  const { upload, download, share, free, newCell, writeCell, readCell, freeCell, liveHandles } = values
  return {
    name: 'pjrt',
    version: device.version,
    root: device.root,
    devices: () => device.devices(),
    memory: () => device.memory(),
    liveHandles,
    statistics: () => ({ ...statistics, eager: eager.compiled() }),
    upload,
    download,
    share,
    free,
    execute: (operation) => eager.execute(operation),
    newCell,
    writeCell,
    readCell,
    freeCell,
    record({ name, precision = defaultPrecision }) {
      if (name) device.expect(name)
      return newRecorder(counted, values, precision)
    },
  }
}

/** The device, with its programs counted. */
function counting(device: PjrtDevice) {
  const statistics = { compiled: 0, cached: 0, compileSeconds: 0 }
  const counted: PjrtDevice = {
    ...device,
    async compile(module: Module) {
      const loaded = await device.compile(module)
      statistics[loaded.compiled.cached ? 'cached' : 'compiled']++
      statistics.compileSeconds += loaded.compiled.seconds
      return loaded
    },
  }
  return { counted, statistics }
}
