/** The thread of `startPictureLoader`: opens, decodes, crops. */
import { parentPort, workerData } from 'node:worker_threads'
import { asFault, type FaultRecord } from '../contract/fault.ts'
import { decodeRgbBytes } from '../image/decode.ts'
import { createFileReader } from '../image/reader.ts'
import { openResizedCache, type ResizedCache } from '../image/resized.ts'
import { createPictureLoader, type WantedPicture } from './pictures.ts'

export interface ThreadOptions {
  size: number
  /** Folder of the resized pictures; null keeps them in memory. */
  cache: string | null
}

export interface ToThread {
  call: number
  images: Uint8Array<ArrayBuffer>
  wanted: WantedPicture[]
}

export type FromThread =
  | { kind: 'filled'; call: number; images: Uint8Array<ArrayBuffer>; faults: { row: number; fault: FaultRecord }[] }
  | { kind: 'failed'; call: number; fault: FaultRecord }

const { size, cache } = workerData as ThreadOptions
const port = parentPort!
const read = createFileReader()
const decode = (path: string) => read(path, (bytes) => decodeRgbBytes(bytes, size, path))
const loader = createPictureLoader({ size, decode, cache: cache === null ? null : open(cache) })

port.on('message', async ({ call, images, wanted }: ToThread) => {
  try {
    const { faults } = await loader.fill(images, wanted)
    const records = faults.map(({ row, fault }) => ({ row, fault: fault.toJSON() }))
    port.postMessage({ kind: 'filled', call, images, faults: records } satisfies FromThread, [images.buffer])
  } catch (error) {
    port.postMessage({ kind: 'failed', call, fault: asFault(error).toJSON() } satisfies FromThread)
  }
})

/** A cache that can't be opened costs time, not the run. */
function open(folder: string): ResizedCache | null {
  try {
    return openResizedCache({ folder, size })
  } catch {
    return null
  }
}
