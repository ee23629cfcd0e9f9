import { availableParallelism } from 'node:os'
import { asFault, type Fault } from '../contract/fault.ts'
import { resizedKey, type ResizedCache } from '../image/resized.ts'
import type { Change } from './augment.ts'
import { createCrop } from './crop.ts'
import { carryOut } from './randAugment.ts'

/** Decodes one picture, resized to the model's input: uint8 RGB [size, size, 3]. Rejects with a Fault. */
export type Decode = (path: string) => Promise<Uint8Array>

/** A picture that is wanted in a row of a batch, changed like this. */
export interface WantedPicture {
  row: number
  path: string
  change: Change
}

export interface FilledRows {
  /** uint8 RGB, [rows, size, size, 3]; perhaps other memory than was given. */
  images: Uint8Array
  /** Rows that could not be filled, in their order. */
  faults: { row: number; fault: Fault }[]
}

/** Fills rows of a batch with pictures. */
export interface PictureLoader {
  /** Takes `images` over: the caller goes on with the memory that comes back. Calls are served in their order. */
  fill(images: Uint8Array, wanted: WantedPicture[]): Promise<FilledRows>
  close(): Promise<void>
}

export interface PictureLoaderOptions {
  decode: Decode
  /** Side of the pictures, in pixels. */
  size: number
  /** Decoded pictures on disk; without it, or where it has no room, they are kept in memory. */
  cache?: ResizedCache | null
  /** Most memory that decoded pictures may take. */
  maximumBytes?: number
  /** Pictures that are decoded at a time. */
  width?: number
}

/**
 * Loads pictures in this thread. What is kept in memory are the first that come: epochs are permutations, so putting out
 * the oldest would put out just what is needed next.
 */
export function createPictureLoader({
  decode,
  size,
  cache = null,
  maximumBytes = 1 << 30,
  width = availableParallelism() + 1,
}: PictureLoaderOptions): PictureLoader {
  const pictureBytes = size * size * 3
  const capacity = Math.floor(maximumBytes / pictureBytes)
  const kept = new Map<string, Uint8Array>()
  const keys = new Map<string, string>()
  const unreadable = new Map<string, Fault>()
  const underWay = new Map<string, Promise<Uint8Array | Fault>>()
  const limited = createLimit(width)
  const crop = createCrop(size)

  async function fill(images: Uint8Array, wanted: WantedPicture[]): Promise<FilledRows> {
    const faults: FilledRows['faults'] = []
    const fillRow = async ({ row, path, change }: WantedPicture) => {
      // Subtle: no await between `known` and its use, since what the cache has read is overwritten by its next read.
      const pixels = known(path) ?? (await decodeOnce(path))
      if (pixels instanceof Uint8Array) paint(pixels, change, images, row * pictureBytes)
      else faults.push({ row, fault: pixels })
    }
    await Promise.all(wanted.map((each) => limited(() => fillRow(each))))
    return { images, faults: faults.sort((a, b) => a.row - b.row) }
  }

  function paint(pixels: Uint8Array, change: Change, images: Uint8Array, at: number): void {
    crop(pixels, change, images, at)
    if (change.operations) carryOut(change.operations, images.subarray(at, at + pictureBytes), size)
  }

  function known(path: string): Uint8Array | Fault | null {
    const found = unreadable.get(path) ?? kept.get(path)
    if (found || !cache) return found ?? null
    try {
      if (!keys.has(path)) keys.set(path, resizedKey(path))
      return cache.read(keys.get(path)!)
    } catch (error) {
      return refuse(path, error)
    }
  }

  /** A picture that several rows want is decoded for all of them. */
  function decodeOnce(path: string): Promise<Uint8Array | Fault> {
    const begun = underWay.get(path)
    if (begun) return begun
    const picture = decode(path).then(
      (pixels) => keep(path, pixels),
      (error: unknown) => refuse(path, error),
    )
    underWay.set(path, picture)
    return picture.finally(() => underWay.delete(path))
  }

  function keep(path: string, pixels: Uint8Array): Uint8Array {
    const onDisk = cache?.write(keys.get(path)!, pixels) ?? false
    if (!onDisk && kept.size < capacity) kept.set(path, pixels)
    return pixels
  }

  function refuse(path: string, error: unknown): Fault {
    const fault = asFault(error, path)
    unreadable.set(path, fault)
    return fault
  }

  return { fill, close: async () => cache?.close() }
}

/** Runs at most `width` of the works it is given at a time, in the order they came. */
function createLimit(width: number) {
  const waiting: (() => void)[] = []
  let running = 0
  return async function limited<T>(work: () => Promise<T>): Promise<T> {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // Subtle: in a later turn. A row of pictures that are kept would else hold up one that was decoded meanwhile.
      if (next) setImmediate(next)
      else running--
    }
  }
}
