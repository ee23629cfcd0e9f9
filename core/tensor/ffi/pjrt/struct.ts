import koffi from 'koffi'
import { structs } from './layouts.ts'

export type StructName = keyof typeof structs

/**
 * What a field can be set to. Views and structs are passed by their address and kept alive with the struct; `pointers` is an array of
 * the addresses of several views.
 */
export type FieldValue = bigint | number | boolean | ArrayBufferView | Struct | { pointers: ArrayBufferView[] } | null

/** A struct of the plugin interface in memory of our own, so that nothing has to be freed. */
export interface Struct {
  address: bigint
  get(field: string): bigint
  /** A field as a number; exact up to 2^53. */
  number(field: string): number
  set(field: string, value: FieldValue): void
}

type Field = readonly [offset: number, kind: 'pointer' | 'size' | 'int' | 'float' | 'bool']

/** Makes a struct with its size filled in, the given fields, and zeros. */
export function newStruct(name: StructName, values: Record<string, FieldValue> = {}): Struct {
  const { size } = structs[name]
  return structAt(name, new DataView(new ArrayBuffer(padded(size))), { struct_size: size, ...values })
}

/** Structs of one kind side by side, for C's arrays. */
export function newStructs(name: StructName, items: Record<string, FieldValue>[]): Struct[] {
  const { size } = structs[name]
  const memory = new ArrayBuffer(padded(size) * items.length)
  const kept: unknown[] = [] // shared: who holds the first struct holds all
  return items.map((values, index) => {
    const view = new DataView(memory, index * padded(size), padded(size))
    return structAt(name, view, { struct_size: size, ...values }, kept)
  })
}

const padded = (size: number) => Math.ceil(size / 8) * 8

function structAt(name: StructName, view: DataView, values: Record<string, FieldValue>, kept: unknown[] = []): Struct {
  const fields = structs[name].fields as unknown as Record<string, Field>
  const struct: Struct = {
    address: koffi.address(view) as bigint,
    get: (field) => read(view, fieldOf(fields, field)),
    number: (field) => Number(read(view, fieldOf(fields, field))),
    set(field, value) {
      write(view, fieldOf(fields, field), plain(value, kept))
    },
  }
  for (const [field, value] of Object.entries(values)) struct.set(field, value)
  return struct
}

function fieldOf(fields: Record<string, Field>, name: string): Field {
  const field = fields[name]
  if (!field) throw new Error(`no field ${name}`)
  return field
}

/** The address of a view's memory; an empty one gets that of a byte. */
export function addressOf(view: ArrayBufferView): bigint {
  return koffi.address(view.byteLength ? view : oneByte) as bigint
}

const oneByte = new Uint8Array(1)

function plain(value: FieldValue, kept: unknown[]): bigint | number {
  if (value === null) return 0n
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'object') return value
  kept.push(value)
  if (ArrayBuffer.isView(value)) return addressOf(value)
  return 'pointers' in value ? plain(BigUint64Array.from(value.pointers, addressOf), kept) : value.address
}

function read(view: DataView, [offset, kind]: Field): bigint {
  if (kind === 'int') return BigInt(view.getInt32(offset, true))
  if (kind === 'bool') return BigInt(view.getUint8(offset))
  if (kind === 'pointer') return view.getBigUint64(offset, true)
  return view.getBigInt64(offset, true)
}

function write(view: DataView, [offset, kind]: Field, value: bigint | number) {
  if (kind === 'int') view.setInt32(offset, Number(value), true)
  else if (kind === 'bool') view.setUint8(offset, Number(value))
  else if (kind === 'float') view.setFloat32(offset, Number(value), true)
  else view.setBigInt64(offset, BigInt.asIntN(64, BigInt(value)), true)
}
