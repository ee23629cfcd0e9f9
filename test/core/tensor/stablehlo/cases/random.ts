import { dataType, type Attribute } from '../../../../../core/tensor/ffi/types.ts'
import { attribute } from '../../../../../core/tensor/ops/operation.ts'
import { tf } from '../../../../../core/tensor/tfjs.ts'
import { integers, type Case } from '../support/case.ts'
import { ints, scalar } from '../support/raw.ts'

const { type } = attribute

/** The same integers, bit by bit, from every seed. */
export const random: Case[] = [
  [0, 0],
  [5, 17],
  [-5, 2 ** 31 - 1],
].map((seed): Case => ({
  name: `random integers from seed ${seed.join(', ')}`,
  inputs: [integers(seed)],
  run: (x) => randomIntegers(x!, [[7], [2, 3], [], [33, 5], [0]]),
  gradient: false,
  javascript: 'nothing',
  tolerance: 0,
}))

/** The generator that our own random numbers are made from; its keys and counters are no tensors of tfjs. */
function randomIntegers(seed: tf.Tensor, shapes: number[][]): tf.Tensor[] {
  const backend = tf.backend() as unknown as {
    binding: {
      executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): { id: number }[]
    }
    getInputTensorIds(tensors: tf.Tensor[]): number[]
    createOutputTensor(metadata: { id: number }): tf.Tensor
  }
  const [seedId] = backend.getInputTensorIds([seed])
  const keyed = backend.binding.executeOp('StatelessRandomGetKeyCounter', [type('Tseed', 'int32')], [seedId!], 2)
  const [key, counter] = keyed.map(({ id }) => id)
  return shapes.map((shape) => {
    const [lengths, algorithm] = backend.getInputTensorIds([ints(...shape), scalar(1)])
    const attributes = [type('dtype', dataType.int32), type('Tshape', 'int32')]
    const ids = [lengths!, key!, counter!, algorithm!]
    return backend.createOutputTensor(
      backend.binding.executeOp('StatelessRandomUniformFullIntV2', attributes, ids, 1)[0]!,
    )
  })
}
