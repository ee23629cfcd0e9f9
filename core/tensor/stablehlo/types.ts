import { Fault } from '../../contract/fault.ts'
import { dataType, typeName } from '../ffi/types.ts'

/** TensorFlow's number of uint32, which only generated code uses. */
export const uint32 = 22

const elements: Record<number, string> = {
  [dataType.float32]: 'f32',
  [dataType.int32]: 'i32',
  [dataType.uint8]: 'ui8',
  [dataType.int64]: 'i64',
  [dataType.bool]: 'i1',
  [dataType.bfloat16]: 'bf16',
  [uint32]: 'ui32',
  [dataType.uint64]: 'ui64',
}

/** "tensor<2x3xf32>" */
export function typeText(shape: readonly number[], type: number): string {
  const element = elements[type]
  if (!element) throw new Fault('tensor-operation', `Tensors of ${typeName(type)} have no form in StableHLO.`)
  return `tensor<${shape.map((length) => `${length}x`).join('')}${element}>`
}

export const isFloat = (type: number) => type === dataType.float32 || type === dataType.bfloat16

/** [0, 1, …, length - 1] */
export const indices = (length: number): number[] => Array.from({ length }, (_, index) => index)

export const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((length, axis) => length === b[axis])

/** "float32 [2, 3]", for messages. */
export const shapeName = ({ shape, type }: { shape: readonly number[]; type: number }) =>
  `${typeName(type)} [${shape.join(', ')}]`
