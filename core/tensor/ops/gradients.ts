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
    extra = keptCopies(result.extra)
    return result.loss as tf.Scalar
  }
  const { value, grads } = tf.engine().gradients(forward, parameters, undefined, true)
  if (extra) listOf(extra).forEach(releaseToScope)
  const gradients = parameters.map(
    (parameter, index) => (grads[index] as tf.Tensor | undefined) ?? tf.fill(parameter.shape, 0),
  )
  return { value: value as tf.Scalar, gradients, extra }
}

/** Clones that outlive the scope of the tape; clones, since what was returned may belong to someone else. */
function keptCopies(tensors: Tensors): Tensors {
  const copy = (tensor: tf.Tensor) => tf.keep(tf.clone(tensor))
  if (tensors instanceof tf.Tensor) return copy(tensors)
  if (Array.isArray(tensors)) return tensors.map(copy)
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, copy(tensor)]))
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
