import { tf } from '../tfjs.ts'

/** A part of a forward pass. `shift` is a scalar 0 in its second run, and undefined in its first. */
export type Part = (inputs: tf.Tensor[], shift?: tf.Tensor) => tf.Tensor

/**
 * Runs a part of a forward pass that keeps only its inputs for the backward pass, in which it is run again (Chen et al. 2016,
 * arXiv 1604.06174): a second forward pass for the memory of the activations.
 *
 * Subtle: both runs are the same, so a compiler would see that, drop the second, and keep the activations after all. The second
 * one's inputs are therefore shifted by a 0 that only its gradient tells: min(|dy[0]|, 0). What `part` computes
 * from other things than its inputs must be made to depend on `shift` for the same reason.
 * @param variables those that `part` uses and that want a gradient
 */
export function recompute(part: Part, inputs: tf.Tensor[], variables: tf.Tensor[]): tf.Tensor {
  const run = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as tf.GradSaveFunc
    save(inputs)
    return {
      value: part(inputs),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(part, saved, variables, dy),
    }
  })
  return run(...inputs, ...variables)
}

function gradients(part: Part, saved: tf.Tensor[], variables: tf.Tensor[], dy: tf.Tensor): tf.Tensor[] {
  const shift = zeroOf(dy)
  const again = saved.map((input) => tf.add(input, shift))
  const wanted = [...again, ...variables]
  const { grads } = onOwnTape(() => tf.engine().gradients(() => part(again, shift), wanted, dy, true))
  return wanted.map((tensor, index) => (grads[index] as tf.Tensor | undefined) ?? tf.fill(tensor.shape, 0))
}

/** A scalar 0 that no compiler knows to be one. */
function zeroOf(dy: tf.Tensor): tf.Tensor {
  const first = tf.slice(
    dy,
    dy.shape.map(() => 0),
    dy.shape.map(() => 1),
  )
  return tf.minimum(tf.abs(tf.reshape(first, [])), 0)
}

/** tfjs has one tape, and drops it at the end of a backward pass: the one that we are in the midst of is put aside. */
function onOwnTape<T>(f: () => T): T {
  const { state } = tf.engine() as unknown as { state: { activeTape: unknown } }
  const outer = state.activeTape
  try {
    return f()
  } finally {
    state.activeTape = outer
  }
}
