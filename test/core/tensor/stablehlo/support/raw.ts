import type { Attribute } from '../../../../../core/tensor/ffi/types.ts'
import { runOperations } from '../../../../../core/tensor/ops/operation.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import type { Case, Input } from './case.ts'

/** Operations by TensorFlow's own name, which tfjs does not offer in this form. */
export type Use = [name: string, attributes: Attribute[], operands: number[] | 'all', outputs?: number]

/** Runs several operations on the inputs whose numbers are given, beside constants made inside. */
export const raw = (name: string, inputs: Input[], uses: Use[]): Case => ({
  name,
  inputs,
  run: (...tensors) =>
    uses.flatMap(([operation, attributes, operands, outputs = 1]) => {
      const chosen = operands === 'all' ? tensors : operands.map((index) => tensors[index]!)
      return runOperations(operation, attributes, chosen, outputs)
    }),
  gradient: false,
  javascript: 'nothing',
})

export const ints = (...values: number[]) => tf.tensor1d(values, 'int32')
export const scalar = (value: number) => tf.scalar(value, 'int32')

/** Operations whose last inputs are constants. */
export const withConstants = (
  name: string,
  inputs: Input[],
  uses: [name: string, attributes: Attribute[], operands: number[], constants: () => tf.Tensor[]][],
): Case => ({
  name,
  inputs,
  run: (...tensors) =>
    uses.flatMap(([operation, attributes, operands, constants]) =>
      runOperations(operation, attributes, [...operands.map((index) => tensors[index]!), ...constants()], 1),
    ),
  gradient: false,
  javascript: 'nothing',
})
