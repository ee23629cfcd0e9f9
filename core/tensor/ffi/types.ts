/** Numbers of TensorFlow's data types (tensorflow/c/tf_datatype.h). */
export const dataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
  uint64: 23,
} as const

/** Numbers of attribute kinds as tfjs-node's kernels use them (TF_AttrType). */
export const attributeKind = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5, resource: 99 } as const

/** Values on the host; those of int64 tensors come and go as int32. */
export type HostValues = Float32Array | Int32Array | Uint8Array

/** One attribute of an operation. */
export interface Attribute {
  name: string
  type: number
  value: unknown
}

/** Bytes of one element. */
export const elementBytes: Record<number, number> = {
  [dataType.float32]: 4,
  [dataType.int32]: 4,
  [dataType.uint8]: 1,
  [dataType.complex64]: 8,
  [dataType.int64]: 8,
  [dataType.bool]: 1,
  [dataType.uint64]: 8,
}

/** The name of a data type, for messages. */
export function typeName(type: number): string {
  return Object.entries(dataType).find(([, number]) => number === type)?.[0] ?? `type ${type}`
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
