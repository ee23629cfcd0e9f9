import { open, type FileHandle } from 'node:fs/promises'
import type { PaperDevice } from './paperDevice.ts'

const mark = Buffer.from('gpu_device_info {')

/** More than the longest description has before and behind the mark. */
const reach = 16_384

/** The GPUs that a CUDA or ROCm plugin has descriptions of (XLA embeds them as text protos), to compile for on paper. */
export async function knownGpus(plugin: string): Promise<PaperDevice[]> {
  const file = await open(plugin)
  try {
    const texts = new Set<string>()
    for (const offset of await offsetsOf(file)) texts.add(await stringAround(file, offset))
    return [...texts].map(paperDevice).filter((device) => device !== null)
  } finally {
    await file.close()
  }
}

async function offsetsOf(file: FileHandle): Promise<number[]> {
  const buffer = Buffer.alloc(2 ** 22)
  const offsets: number[] = []
  for (let start = 0, size = buffer.length; size === buffer.length; start += size - mark.length) {
    size = (await file.read(buffer, 0, buffer.length, start)).bytesRead
    const part = buffer.subarray(0, size)
    for (let at = part.indexOf(mark); at >= 0; at = part.indexOf(mark, at + 1)) offsets.push(start + at)
  }
  return offsets
}

/** The zero-terminated string that covers an offset. */
async function stringAround(file: FileHandle, offset: number): Promise<string> {
  const start = Math.max(0, offset - reach)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2 * reach), 0, 2 * reach, start)
  const at = offset - start
  const end = buffer.indexOf(0, at)
  return buffer.toString('utf8', buffer.lastIndexOf(0, at) + 1, end < 0 ? bytesRead : end)
}

/** A device from the text of a stream_executor.GpuTargetConfigProto; null for one without a name. */
export function paperDevice(targetConfig: string): PaperDevice | null {
  const name = /device_description_str: "([^"]+)"/.exec(targetConfig)?.[1]
  if (!name) return null
  const memory = Number(/device_memory_size: (\d+)/.exec(targetConfig)?.[1] ?? 0)
  return { name, memoryBytes: memory, options: { target_config: targetConfig, topology: '1x1x1' } }
}
