import { hash } from 'node:crypto'
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { asFault } from '../contract/index.ts'

/** Says how pictures are resized; raise it when that changes, so that what was kept before is not found any more. */
const way = `fill cubic 1, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`

/** Decoded pictures at one resolution, kept on disk from run to run. All calls are synchronous: for a thread of its own. */
export interface ResizedCache {
  /**
   * The pixels of a picture file as it is now, uint8 RGB [size, size, 3], in memory that the next `read` overwrites; null
   * if they are not kept, or damaged.
   */
  read(key: string): Uint8Array | null
  /** Keeps pixels; false if there is no room or the disk refuses. */
  write(key: string, pixels: Uint8Array): boolean
  close(): void
}

export interface ResizedCacheOptions {
  folder: string
  /** Side of the pictures, in pixels. */
  size: number
  /** Most space that the pictures of this size take; never more than a quarter of what is free as well. */
  maximumBytes?: number
}

/** Names what a picture file holds: changes with the file's length or time of change. Faults: not-found, not-permitted. */
export function resizedKey(path: string): string {
  try {
    const { size, mtimeNs } = statSync(path, { bigint: true })
    return hash('sha256', `${way}\0${path}\0${size}\0${mtimeNs}`, 'binary').slice(0, keyBytes)
  } catch (error) {
    throw asFault(error, path)
  }
}

const keyBytes = 16
/** Key, checksum of the pixels, checksum of these two. */
const entryBytes = keyBytes + 8

/**
 * Opens or makes the cache: one file of pictures, all of one length, and one of entries that say which each is. A power
 * cut, or another process that writes too, can leave the two at odds: then a checksum does not fit, which is a miss.
 * When all places are taken, those that were not asked for since the cache was opened are used again.
 */
export function openResizedCache({ folder, size, maximumBytes = 16 * 2 ** 30 }: ResizedCacheOptions): ResizedCache {
  mkdirSync(folder, { recursive: true })
  const pictureBytes = size * size * 3
  const pictures = openFile(join(folder, `resized-${size}.pixels`))
  const entries = openFile(join(folder, `resized-${size}.entries`))
  const places = readEntries(entries)
  const room = Math.min(maximumBytes, places.count * pictureBytes + freeBytes(folder) / 4)
  const capacity = Math.floor(room / pictureBytes)
  const used = new Set<number>()
  const pixels = Buffer.alloc(pictureBytes)
  const entry = Buffer.alloc(entryBytes)
  let writable = true
  let next = places.count < capacity ? places.count : 0

  function read(key: string): Uint8Array | null {
    const place = places.find(key)
    if (!place) return null
    const length = readSync(pictures, pixels, 0, pictureBytes, place.number * pictureBytes)
    if (length < pictureBytes || crc32(pixels) !== place.checksum) {
      places.forget(key)
      return null
    }
    used.add(place.number)
    return pixels
  }

  function write(key: string, picture: Uint8Array): boolean {
    const number = writable ? freePlace() : null
    if (number === null) return false
    const checksum = crc32(picture)
    entry.write(key, 0, 'latin1')
    entry.writeUInt32LE(checksum, keyBytes)
    entry.writeUInt32LE(crc32(entry.subarray(0, keyBytes + 4)), keyBytes + 4)
    try {
      writeSync(pictures, picture, 0, pictureBytes, number * pictureBytes)
      writeSync(entries, entry, 0, entryBytes, number * entryBytes)
    } catch {
      // A full or read-only disk costs time, not the run: the pictures are decoded again.
      writable = false
      return false
    }
    places.take(key, { number, checksum })
    used.add(number)
    return true
  }

  function freePlace(): number | null {
    if (used.size >= capacity) return null
    while (used.has(next)) next = (next + 1) % capacity
    const found = next
    next = (next + 1) % capacity
    return found
  }

  function close(): void {
    closeSync(pictures)
    closeSync(entries)
  }
  return { read, write, close }
}

interface Place {
  number: number
  checksum: number
}

function readEntries(file: number) {
  const bytes = readFileSync(file)
  const count = Math.floor(bytes.length / entryBytes)
  const places = new Map<string, Place>()
  const owners: (string | undefined)[] = new Array(count)

  function take(key: string, place: Place): void {
    const before = owners[place.number]
    if (before !== undefined) forget(before)
    forget(key)
    places.set(key, place)
    owners[place.number] = key
  }
  function forget(key: string): void {
    const place = places.get(key)
    if (place) owners[place.number] = undefined
    places.delete(key)
  }

  for (let number = 0; number < count; number++) {
    const entry = bytes.subarray(number * entryBytes, (number + 1) * entryBytes)
    if (entry.readUInt32LE(keyBytes + 4) !== crc32(entry.subarray(0, keyBytes + 4))) continue
    take(entry.toString('latin1', 0, keyBytes), { number, checksum: entry.readUInt32LE(keyBytes) })
  }
  return { count, find: (key: string) => places.get(key), take, forget }
}

/** Opens a file to read and write at places, and makes it if need be. */
function openFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT)
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
