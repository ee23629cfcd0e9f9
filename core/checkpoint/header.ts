import { z } from 'zod'
import { Fault } from '../contract/fault.ts'

/** Bytes per value of each type a safetensors file may hold. */
const valueBytes: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
}

/** A tensor's place in the file; offsets count from the end of the header. */
export interface TensorEntry {
  dtype: string
  shape: number[]
  begin: number
  end: number
}

const index = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(index),
  data_offsets: z.tuple([index, index]),
})

/**
 * Reads a safetensors header and checks it: each tensor's size fits its shape and type, and the tensors cover the
 * data without gap or overlap.
 * @param dataBytes size of the file after the header
 * @throws Fault `safetensors-invalid`
 */
export function parseHeader(text: string, dataBytes: number, path: string) {
  const { __metadata__: metadata = {}, ...rest } = parseJson(text, path)
  const entries = new Map<string, TensorEntry>()
  for (const [name, value] of Object.entries(rest)) entries.set(name, parseEntry(name, value, path))
  checkCover([...entries], dataBytes, path)
  const known = z.record(z.string(), z.string()).safeParse(metadata)
  if (!known.success) throw invalid(path, 'Its metadata is not text.')
  return { entries, metadata: known.data }
}

function parseJson(text: string, path: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
  } catch (cause) {
    throw invalid(path, 'Its header is not JSON.', cause)
  }
}

function parseEntry(name: string, value: unknown, path: string): TensorEntry {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) throw invalid(path, `The entry of ${name} is malformed.`)
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data
  const size = valueBytes[dtype]
  if (!size) throw invalid(path, `${name} has the unknown type ${dtype}.`)
  const bytes = shape.reduce((product, length) => product * length, size)
  if (end < begin || end - begin !== bytes) throw invalid(path, `The offsets of ${name} don't fit its shape.`)
  return { dtype, shape, begin, end }
}

function checkCover(entries: [string, TensorEntry][], dataBytes: number, path: string): void {
  let at = 0
  for (const [name, { begin, end }] of entries.sort((a, b) => a[1].begin - b[1].begin || a[1].end - b[1].end)) {
    if (begin !== at) throw invalid(path, `${name} overlaps another tensor or leaves a gap.`)
    at = end
  }
  if (at !== dataBytes) throw invalid(path, 'Its tensors do not end where the file ends.')
}

function invalid(path: string, reason: string, cause?: unknown): Fault {
  return new Fault('safetensors-invalid', `The weights file is damaged. ${reason}`, { subject: path, cause })
}
