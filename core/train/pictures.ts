import { asFault, type Fault } from '../contract/fault.ts'

/** Decodes one picture, resized to the model's input: uint8 RGB [size, size, 3]. Rejects with a Fault. */
export type Decode = (path: string) => Promise<Uint8Array>

export interface PictureSource {
  /** The pixels of a picture, or null if it can't be read; that is reported once. */
  read(path: string): Promise<Uint8Array | null>
}

export interface PictureOptions {
  decode: Decode
  /** Bytes of one decoded picture. */
  pictureBytes: number
  /** Most memory that decoded pictures may take. */
  maximumBytes?: number
  onFault?: (path: string, fault: Fault) => void
}

/**
 * Decoded pictures, kept in memory up to a bound. The first that come stay: epochs are permutations, so putting out
 * the oldest would put out just what is needed next.
 */
export function createPictureSource({
  decode,
  pictureBytes,
  maximumBytes = 1 << 30,
  onFault,
}: PictureOptions): PictureSource {
  const kept = new Map<string, Promise<Uint8Array | null>>()
  const capacity = Math.floor(maximumBytes / pictureBytes)
  const unreadable = new Set<string>()

  async function load(path: string): Promise<Uint8Array | null> {
    if (unreadable.has(path)) return null
    try {
      return await decode(path)
    } catch (error) {
      unreadable.add(path)
      onFault?.(path, asFault(error, path))
      return null
    }
  }

  function read(path: string): Promise<Uint8Array | null> {
    const known = kept.get(path)
    if (known) return known
    const picture = load(path)
    if (kept.size < capacity) kept.set(path, picture)
    return picture
  }

  return { read }
}
