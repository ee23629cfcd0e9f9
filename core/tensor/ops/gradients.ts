import { tf } from '../tfjs.ts'

/** A loss with whatever else the step wants to return. */
export interface LossWithExtra<Extra> {
  loss: tf.Tensor
  extra: Extra
}

export interface ValueAndGradients<Extra> {
  value: tf.Scalar
  /** In the order of the parameters; zeros for those that the loss does not depend on. */
  gradients: tf.Tensor[]
  extra: Extra
}

type Tensors = tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>

/** Runs `f` on the tape and returns its scalar with its gradient by each parameter. */
export function valueAndGradients(f: () => tf.Tensor, parameters: tf.Variable[]): ValueAndGradients<undefined>
export function valueAndGradients<Extra extends Tensors>(
  f: () => LossWithExtra<Extra>,
  parameters: tf.Variable[],
): ValueAndGradients<Extra>
export function valueAndGradients(
  f: () => tf.Tensor | LossWithExtra<Tensors>,
  parameters: tf.Variable[],
): ValueAndGradients<unknown> {
  let extra: Tensors | undefined
  const forward = () => {
    const result = f()
    if (result instanceof tf.Tensor) return result as tf.Scalar
    extra = result.extra
    for (const tensor of listOf(extra)) tf.keep(tensor) // the tape's own scope would dispose them
    return result.loss as tf.Scalar
  }
  const { value, grads } = tf.engine().gradients(forward, parameters, undefined, true)
  for (const tensor of extra ? listOf(extra) : []) releaseToScope(tensor)
  const gradients = parameters.map(
    (parameter, index) => (grads[index] as tf.Tensor | undefined) ?? tf.fill(parameter.shape, 0),
  )
  return { value: value as tf.Scalar, gradients, extra }
}

function listOf(tensors: Tensors): tf.Tensor[] {
  return tensors instanceof tf.Tensor ? [tensors] : Object.values(tensors)
}

/** Undoes tf.keep: the tensor belongs to the caller's scope again. */
function releaseToScope(tensor: tf.Tensor) {
  const kept = tensor as unknown as { kept: boolean }
  kept.kept = false
  ;(tf.engine() as unknown as { track(tensor: tf.Tensor): void }).track(tensor)
}
