import { recompute, tf } from '../tensor/index.ts'
import type { Drop, Weights } from './layers.ts'

/** A model whose blocks may keep their inputs only, and run again in the backward pass. */
export interface Rerunning extends Weights {
  recompute?: boolean | undefined
  drop?: Drop | undefined
}

/**
 * Runs a block of a stack, so that the backward pass runs it again where the model asks for that. The second run draws the same
 * random numbers.
 * @param names what the block's parameters stand under
 * @param inputs all tensors that the block takes; what else it refers to is gone by the time of its second run
 */
export function rerun<M extends Rerunning>(
  model: M,
  names: string[],
  inputs: tf.Tensor[],
  block: (model: M, inputs: tf.Tensor[]) => tf.Tensor,
): tf.Tensor {
  if (!model.recompute) return block(model, inputs)
  const own = Object.keys(model.parameters).filter((name) => names.some((start) => name.startsWith(`${start}.`)))
  const again = model.drop?.mark()
  const part = (given: tf.Tensor[], shift?: tf.Tensor) =>
    block(shift ? { ...model, drop: again?.(tf.cast(shift, 'int32')) } : model, given)
  return recompute(
    part,
    inputs,
    own.map((name) => model.parameters[name]!),
  )
}
