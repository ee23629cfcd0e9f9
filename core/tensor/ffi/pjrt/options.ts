import { newStructs, type FieldValue, type Struct } from './struct.ts'

/** Options of a client or a topology: strings, flags, whole numbers, lists of them (bigint[]), or `{ float }`. */
export type Options = Record<string, string | boolean | number | bigint[] | { float: number }>

/** PJRT_NamedValue_Type */
const valueType = { string: 0, int64: 1, int64List: 2, float: 3, bool: 4 }

/** Options as C takes them: an array of PJRT_NamedValue (null when empty) and its length. */
export function namedValues(options: Options): { first: Struct | null; count: number } {
  const values = newStructs('PJRT_NamedValue', Object.entries(options).map(namedValue))
  return { first: values[0] ?? null, count: values.length }
}

function namedValue([key, value]: [string, Options[string]]): Record<string, FieldValue> {
  const name = Buffer.from(key)
  return { name, name_size: name.length, ...valueFields(value) }
}

function valueFields(value: Options[string]): Record<string, FieldValue> {
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return { type: valueType.string, value: text, value_size: text.length }
  }
  if (typeof value === 'boolean') return { type: valueType.bool, value: value ? 1 : 0, value_size: 1 }
  if (typeof value === 'number') return { type: valueType.int64, value: BigInt(value), value_size: 1 }
  if (Array.isArray(value)) {
    return { type: valueType.int64List, value: BigInt64Array.from(value), value_size: value.length }
  }
  const bits = new Uint32Array(Float32Array.of(value.float).buffer)[0]!
  return { type: valueType.float, value: BigInt(bits), value_size: 1 }
}

/** XLA flags of one program, by their names without dashes: { xla_gpu_autotune_level: 0 } */
export type Flags = Record<string, string | boolean | number>

/**
 * A serialised CompileOptionsProto for one device: executable_build_options (3) with device_ordinal (1) = -1, num_replicas (4) = 1
 * and num_partitions (5) = 1; env_option_overrides (7), a map from flag to OptionOverrideProto.
 */
export function compileOptions(flags: Flags = {}): Uint8Array {
  const build = [...integer(1, BigInt.asUintN(64, -1n)), ...integer(4, 1n), ...integer(5, 1n)]
  const overrides = Object.entries(flags).flatMap(([name, value]) =>
    message(7, [...message(1, [...Buffer.from(name)]), ...message(2, override(value))]),
  )
  return Uint8Array.from([...message(3, build), ...overrides])
}

/** OptionOverrideProto: string_field 1, bool_field 2, int_field 3, double_field 4. */
function override(value: string | boolean | number): number[] {
  if (typeof value === 'string') return message(1, [...Buffer.from(value)])
  if (typeof value === 'boolean') return integer(2, value ? 1n : 0n)
  if (Number.isInteger(value)) return integer(3, BigInt.asUintN(64, BigInt(value)))
  return [...varint(BigInt((4 << 3) | 1)), ...Buffer.from(Float64Array.of(value).buffer)]
}

const integer = (field: number, value: bigint) => [...varint(BigInt(field << 3)), ...varint(value)]
const message = (field: number, bytes: number[]) => [
  ...varint(BigInt((field << 3) | 2)),
  ...varint(BigInt(bytes.length)),
  ...bytes,
]

function varint(value: bigint): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 127n)
    if (rest < 128n) return [...bytes, low]
    bytes.push(low | 128)
  }
}
