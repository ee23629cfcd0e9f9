import type { HostTensors, TrainableParameters } from '../model/parameters.ts'
import { adamW, clipByGlobalNorm, globalNorm, tf } from '../tensor/index.ts'
import { rateFactors } from './groups.ts'
import type { Knobs } from './knobs.ts'

/** AdamW's state on the device: both moments of every trained parameter. */
export interface Optimiser {
  names: string[]
  first: Record<string, tf.Variable>
  second: Record<string, tf.Variable>
}

const epsilon = 1e-8

/** Moments of the given parameters, zero or as they were saved. */
export function createOptimiser(parameters: TrainableParameters, names: string[], saved?: HostTensors): Optimiser {
  const moment = (kind: string, name: string) => {
    const found = saved?.[`${kind}.${name}`]
    const shape = parameters[name]!.shape
    // zeros from the host are untouched pages and cost nothing; made on a device, each shape would be a program to compile
    return tf.tidy(() => tf.variable(found ? tf.tensor(found.data, shape) : tf.zeros(shape)))
  }
  const all = (kind: string) => Object.fromEntries(names.map((name) => [name, moment(kind, name)]))
  return { names, first: all('first'), second: all('second') }
}

/** The state under the names it is saved by. */
export function optimiserTensors({ names, first, second }: Optimiser): Record<string, tf.Tensor> {
  const entries = names.flatMap((name) => [
    [`first.${name}`, first[name]!],
    [`second.${name}`, second[name]!],
  ])
  return Object.fromEntries(entries)
}

export function disposeOptimiser({ first, second }: Optimiser): void {
  tf.dispose([Object.values(first), Object.values(second)])
}

export interface Update {
  /** The parameters that are updated, of those that the optimiser holds. */
  names: string[]
  /** In the order of `names`. */
  gradients: tf.Tensor[]
  /** Learning rate, scalar. */
  rate: tf.Scalar
  /** Number of the step from 1, scalar float32. */
  step: tf.Scalar
}

/**
 * Clips the gradients and updates parameters and moments in place.
 * Decay falls on matrices only, not on biases, norms or the temperature (algorithms.md §8).
 * @returns the norm before clipping
 */
export function applyGradients(
  parameters: TrainableParameters,
  optimiser: Optimiser,
  { names, gradients, rate, step }: Update,
  knobs: Knobs,
): tf.Scalar {
  const { beta1, beta2, weightDecay, clipNorm, layerDecay } = knobs
  const factors = rateFactors(optimiser.names, layerDecay)
  const rates = new Map(
    [...new Set(factors.values())].map((factor) => [factor, factor === 1 ? rate : tf.mul(rate, factor)]),
  )
  const clipped = clipNorm > 0 ? clipByGlobalNorm(gradients, clipNorm) : { gradients, norm: globalNorm(gradients) }
  names.forEach((name, index) => {
    const parameter = parameters[name]!
    adamW({
      parameter,
      gradient: clipped.gradients[index]!,
      m: optimiser.first[name]!,
      v: optimiser.second[name]!,
      rate: rates.get(factors.get(name)!)! as tf.Scalar,
      step,
      beta1,
      beta2,
      epsilon,
      decay: parameter.rank >= 2 ? weightDecay : 0,
    })
  })
  return clipped.norm
}
