import koffi from 'koffi'

/** An address in a library's memory; null where C takes none. */
export type Pointer = bigint | null

/** A view of foreign memory; valid only while its owner lives. */
export function viewMemory(address: Pointer, bytes: number): Uint8Array {
  return new Uint8Array(koffi.view(address, bytes))
}
