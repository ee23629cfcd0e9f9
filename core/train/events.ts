import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** A run's metrics as TensorBoard reads them: `tensorboard --logdir <project>/runs`. */
export interface EventFile {
  /** Appends one row of scalars; it is on its way to the disk when this returns. */
  scalars(step: number, values: Record<string, number>): void
  close(): void
}

/**
 * Opens a new event file in a folder (tensorflow/core/util/event.proto, in TFRecord frames). A run that goes on gets a file of its own
 * that begins with a session's start, which makes TensorBoard forget what an interrupted one wrote beyond `step`.
 * @param step steps done so far
 */
export function openEventFile(folder: string, step: number, now: () => number = Date.now): EventFile {
  mkdirSync(folder, { recursive: true })
  const stamp = String(Math.floor(now() / 1000)).padStart(10, '0')
  const file = openSync(join(folder, `events.out.tfevents.${stamp}.${hostname()}.${process.pid}.${now() % 1000}`), 'a')
  const append = (...fields: Buffer[]) => writeSync(file, frame(Buffer.concat([double(1, now() / 1000), ...fields])))
  append(text(3, 'brain.Event:2'))
  // the first step that is forgotten
  if (step > 0) append(whole(2, step + 1), message(7, whole(1, sessionStart)))
  return {
    scalars(at, values) {
      const entries = Object.entries(values).map(([tag, value]) =>
        message(1, Buffer.concat([text(1, tag), float(2, value)])),
      )
      append(whole(2, at), message(5, Buffer.concat(entries)))
    },
    close: () => closeSync(file),
  }
}

/** SessionLog.START */
const sessionStart = 1

/** A TFRecord: length, its checksum, the data, its checksum. */
function frame(data: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([length, checksum(length), data, checksum(data)])
}

/** CRC-32C, turned and shifted so that a checksum of checksums is none itself (tensorflow/core/lib/hash/crc32c.h). */
function checksum(data: Buffer): Buffer {
  let crc = 0xffffffff
  for (const byte of data) crc = castagnoli[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  crc = ~crc >>> 0
  const masked = Buffer.alloc(4)
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return masked
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0x82f63b78 ^ (value >>> 1) : value >>> 1
  return value >>> 0
})

/** Protocol buffer fields; kinds are 0 for a varint, 1 for 8 bytes, 2 for a length and bytes, 5 for 4 bytes. */
const key = (field: number, kind: number) => Buffer.of((field << 3) | kind)
const whole = (field: number, value: number) => Buffer.concat([key(field, 0), varint(value)])
const message = (field: number, body: Buffer) => Buffer.concat([key(field, 2), varint(body.length), body])
const text = (field: number, value: string) => message(field, Buffer.from(value, 'utf8'))

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([key(field, 1), bytes])
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([key(field, 5), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}
