import type { tf } from '../../../../../core/tensor/tfjs.ts'
import { numbers } from '../../support/check.ts'

export interface Input {
  shape: number[]
  dtype: 'float32' | 'int32' | 'bool'
  values: number[]
}

/** One use of operations, to be run on every runtime. */
export interface Case {
  name: string
  inputs: Input[]
  run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[]
  /** false: no gradients, because there are none, or none that tfjs knows. */
  gradient?: boolean
  /** Largest difference, relative above 1. */
  tolerance?: number
  /** What not to compare with tfjs's own CPU backend, which lacks it or is known to be wrong there. */
  javascript?: 'nothing' | 'values'
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1)

/** Fixed numbers between shift − scale and shift + scale. */
export function floats(shape: number[], seed = 1, { scale = 1, shift = 0 } = {}): Input {
  const values = numbers(sizeOf(shape), seed).map((value) => Math.fround(value * scale + shift))
  return { shape, dtype: 'float32', values }
}

export const exactly = (values: number[], shape = [values.length]): Input => ({ shape, dtype: 'float32', values })

/** Given integers, or fixed ones from low to high − 1. */
export const integers = (values: number[], shape = [values.length]): Input => ({ shape, dtype: 'int32', values })

export function someIntegers(shape: number[], low: number, high: number, seed = 1): Input {
  const values = numbers(sizeOf(shape), seed).map((value) => low + Math.floor(((value + 1) / 2) * (high - low)))
  return { shape, dtype: 'int32', values }
}

export const flags = (values: number[], shape = [values.length]): Input => ({ shape, dtype: 'bool', values })

/** Inputs of rank 0 to 5, with axes of length 0 and 1. */
export const oddFloats = (options?: { scale?: number; shift?: number }) =>
  [[], [1], [7], [0, 3], [2, 1, 3], [2, 1, 3, 1, 2]].map((shape, index) => floats(shape, index + 1, options))
