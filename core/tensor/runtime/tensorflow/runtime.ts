import type { Pointer } from '../../ffi/memory.ts'
import { bindApi, C } from '../../ffi/tensorflow/api.ts'
import { listDevices, newContext } from '../../ffi/tensorflow/context.ts'
import { execute } from '../../ffi/tensorflow/eager.ts'
import { loadLibraries } from '../../ffi/tensorflow/libraries.ts'
import { deleteHandle, download, liveHandles, shareHandle, upload } from '../../ffi/tensorflow/tensors.ts'
import { Fault } from '../../../contract/fault.ts'
import type { Precision, Runtime } from '../runtime.ts'
import { newCell, readCell, writeCell } from './cells.ts'
import { newRecorder } from './recorder.ts'
import { handleOf, withDescription } from './values.ts'

/** Loads TensorFlow from a folder. `threads` bounds the threads inside one operation (0: as many as cores). */
export function startTensorFlow(root: string, threads: number, precision: Precision = 'float32'): Runtime {
  refuseRounding(precision)
  bindApi(loadLibraries(root))
  return runtimeOver(newContext(threads), root)
}

function runtimeOver(context: Pointer, root: string): Runtime {
  return {
    name: 'libtensorflow',
    version: C.TF_Version() as string,
    root,
    devices: () => listDevices(context),
    memory: () => null,
    liveHandles,
    statistics: () => ({ compiled: 0, cached: 0, compileSeconds: 0, eager: 0 }),
    upload: (shape, type, values) => ({ handle: upload(shape, type, values), shape: [...shape], type }),
    download: (value) => download(handleOf(value)),
    share: (value) => ({ ...value, handle: shareHandle(handleOf(value)) }),
    free: (value) => deleteHandle(handleOf(value)),
    execute: ({ inputs, ...operation }) =>
      execute(context, { ...operation, inputs: inputs.map(handleOf) }).map(withDescription),
    newCell: (shape, type) => newCell(context, shape, type),
    writeCell: (cell, value) => writeCell(context, cell, value),
    readCell: (cell) => readCell(context, cell),
    freeCell: (cell) => deleteHandle(handleOf(cell)),
    record({ precision = 'float32' }) {
      refuseRounding(precision)
      return newRecorder(context)
    },
  }
}

function refuseRounding(precision: Precision) {
  if (precision === 'float32') return
  throw new Fault('tensor-precision', `libtensorflow runs in float32 only, not in ${precision}.`, {
    hint: 'Train in float32, or use a PJRT plugin.',
  })
}
