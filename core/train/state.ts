import type { HostTensors, TrainableParameters } from '../model/parameters.ts'
import type { Shape } from '../model/shape.ts'
import { tf } from '../tensor/index.ts'
import type { Knobs } from './knobs.ts'
import { systemOf } from './systems/index.ts'

export interface StateOptions {
  shape: Shape
  knobs: Knobs
  seed: number
  parameters: TrainableParameters
}

/** A system's own variables (momentum copies, queues), fresh or as they were saved with the optimiser. */
export function createState(options: StateOptions, saved?: HostTensors): Record<string, tf.Variable> {
  const fresh = systemOf(options.knobs).createState?.(options) ?? {}
  const variable = (name: string, tensor: tf.Tensor): tf.Variable => {
    const found = saved?.[prefix + name]
    return tf.tidy(() => tf.variable(found ? tf.tensor(found.data, found.shape, tensor.dtype) : tensor))
  }
  const entries = Object.entries(fresh).map(([name, tensor]) => [name, variable(name, tensor)] as const)
  tf.dispose(fresh)
  return Object.fromEntries(entries)
}

/** The variables under the names they are saved by. */
export function stateTensors(state: Record<string, tf.Variable>): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(state).map(([name, variable]) => [prefix + name, variable]))
}

const prefix = 'state.'
