import { open, type FileHandle } from 'node:fs/promises'
import { Fault } from '../contract/fault.ts'
import type { HostTensor, HostTensors } from '../model/parameters.ts'
import { parseHeader, type TensorEntry } from './header.ts'

const pieceBytes = 16 * 2 ** 20

/** An open safetensors file: its header is checked, its tensors are read one at a time. */
export interface SafetensorsFile {
  entries: Map<string, TensorEntry>
  metadata: Record<string, string>
  /** Reads one tensor as float32; F16 and BF16 are widened. @throws Fault `tensor-type` for any other type. */
  read(name: string): Promise<HostTensor>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a safetensors file after checking its header and every offset against the file's size.
 * @throws Fault `safetensors-invalid`, or the file system's own error.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const header = await readHeader(file, size, path)
    const { entries, metadata } = parseHeader(header.text, size - header.end, path)
    const read = async (name: string) => {
      const entry = entries.get(name)
      if (!entry) throw new Fault('parameter-missing', `The file lacks the tensor ${name}.`, { subject: path })
      const bytes = await readBytes(file, header.end + entry.begin, entry.end - entry.begin, path)
      return { shape: entry.shape, data: widen(entry, bytes, path) }
    }
    return { entries, metadata, read, [Symbol.asyncDispose]: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads a whole file of float tensors. */
export async function readSafetensors(path: string): Promise<HostTensors> {
  await using file = await openSafetensors(path)
  const tensors: HostTensors = {}
  for (const name of file.entries.keys()) tensors[name] = await file.read(name)
  return tensors
}

/** Writes float32 tensors in the order of their names, and waits until they are on the disk. */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Record<string, string> = { format: 'pt' },
): Promise<void> {
  const names = Object.keys(tensors).sort()
  const file = await open(path, 'w')
  try {
    await file.write(encodeHeader(names, tensors, metadata))
    for (const name of names) await writeAll(file, tensors[name]!.data)
    await file.sync()
  } finally {
    await file.close()
  }
}

function encodeHeader(names: string[], tensors: HostTensors, metadata: Record<string, string>): Buffer {
  let offset = 0
  const header: Record<string, unknown> = { __metadata__: metadata }
  for (const name of names) {
    const { shape, data } = tensors[name]!
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = JSON.stringify(header)
  // Spaces at the end put the first tensor on a multiple of 8 bytes, as the format's own writer does.
  const body = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(body.length))
  return Buffer.concat([length, body])
}

async function writeAll(file: FileHandle, data: Float32Array): Promise<void> {
  for (let at = 0; at < data.byteLength; at += pieceBytes) {
    const size = Math.min(pieceBytes, data.byteLength - at)
    await file.writev([new Uint8Array(data.buffer, data.byteOffset + at, size)])
  }
}

async function readHeader(file: FileHandle, size: number, path: string): Promise<{ text: string; end: number }> {
  if (size < 8) throw invalid(path, 'It is too short for a header.')
  const length = (await readBytes(file, 0, 8, path)).readBigUInt64LE()
  if (length > BigInt(Math.min(size - 8, 100 * 2 ** 20))) throw invalid(path, 'Its header is longer than the file.')
  return { text: (await readBytes(file, 8, Number(length), path)).toString('utf8'), end: 8 + Number(length) }
}

async function readBytes(file: FileHandle, position: number, length: number, path: string): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length))
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(pieceBytes, length - done), position + done)
    if (bytesRead === 0) throw invalid(path, 'It ends early.')
    done += bytesRead
  }
  return bytes
}

function widen(entry: TensorEntry, bytes: Buffer, path: string): Float32Array {
  if (entry.dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
  if (entry.dtype === 'F16') return Float32Array.from(new Float16Array(halves.buffer, halves.byteOffset, halves.length))
  if (entry.dtype === 'BF16') return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer)
  throw new Fault('tensor-type', `Tensors of type ${entry.dtype} can't be read as numbers.`, { subject: path })
}

function invalid(path: string, reason: string): Fault {
  return new Fault('safetensors-invalid', `The weights file is damaged. ${reason}`, { subject: path })
}
