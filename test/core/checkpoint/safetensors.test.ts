import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSafetensors, readSafetensors, writeSafetensors } from '../../../core/checkpoint/safetensors.ts'
import { temporaryFolder } from './support.ts'

/** A file of a header as given and so many zero bytes. */
function fileOf(header: unknown, bytes: number | Buffer, headerLength?: number): string {
  const path = join(temporaryFolder(), 'made.safetensors')
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(headerLength ?? text.length))
  writeFileSync(path, Buffer.concat([length, text, typeof bytes === 'number' ? Buffer.alloc(bytes) : bytes]))
  return path
}

const entry = (shape: number[], begin: number, end: number, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

test('what was written is read back, scalars and empty tensors too', async () => {
  const path = join(temporaryFolder(), 'model.safetensors')
  const tensors = {
    b: { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, Infinity, 1e-38) },
    a: { shape: [], data: Float32Array.of(7) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
  }
  await writeSafetensors(path, tensors, { made: 'here' })
  expect(await readSafetensors(path)).toEqual(tensors)
  await using file = await openSafetensors(path)
  expect(file.metadata).toEqual({ made: 'here' })
})

test('half floats of both kinds are widened', async () => {
  const header = { f: entry([3], 0, 6, 'F16'), g: entry([2], 6, 10, 'BF16') }
  const path = fileOf(header, Buffer.from(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x3f80, 0xc040).buffer))
  const { f, g } = await readSafetensors(path)
  expect([...f!.data]).toEqual([1, -2.5, 2 ** -24])
  expect([...g!.data]).toEqual([1, -3])
})

test('whole numbers are refused as weights', async () => {
  const path = fileOf({ ids: entry([2], 0, 16, 'I64') }, 16)
  await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'tensor-type', subject: path })
})

describe('a damaged file is refused', () => {
  const cases: [string, () => string][] = [
    ['header longer than the file', () => fileOf({}, 0, 1000)],
    ['enormous header length', () => fileOf({}, 0, Number.MAX_SAFE_INTEGER)],
    ['header that is not JSON', () => fileOf('{"a":', 4)],
    ['header that is a list', () => fileOf([], 0)],
    ['offsets beyond the end', () => fileOf({ a: entry([2], 0, 8) }, 4)],
    ['offsets that run backwards', () => fileOf({ a: entry([1], 4, 0) }, 4)],
    ['size that does not fit the shape', () => fileOf({ a: entry([3], 0, 8) }, 8)],
    ['overlapping tensors', () => fileOf({ a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12)],
    ['gap between tensors', () => fileOf({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12)],
    ['bytes after the last tensor', () => fileOf({ a: entry([1], 0, 4) }, 8)],
    ['negative dimension', () => fileOf({ a: entry([-1, -1], 0, 4) }, 4)],
    ['dimensions that overflow', () => fileOf({ a: entry([2 ** 40, 2 ** 40], 0, 4) }, 4)],
    ['unknown type', () => fileOf({ a: entry([1], 0, 4, 'F12') }, 4)],
    ['entry without offsets', () => fileOf({ a: { dtype: 'F32', shape: [1] } }, 4)],
  ]
  test.each(cases)('%s', async (_, make) => {
    const path = make()
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'safetensors-invalid', subject: path })
  })
})
