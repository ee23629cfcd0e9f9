import { clampTemperature } from '../../objective/itc.ts'
import { tf } from '../../tensor/index.ts'
import type { AfterContext } from './system.ts'

/** The names of the losses that count, and the temperature. */
export function activeReports(weights: Record<string, number>): string[] {
  const names = Object.keys(weights).filter((name) => weights[name]! > 0)
  return [...names, 'temperature']
}

/** The sum of losses by their weights. @param weights for each loss, in the order of the sum */
export function weightedSum(losses: Record<string, tf.Scalar>, weights: Record<string, number>): tf.Scalar {
  return tf.addN(Object.entries(weights).map(([name, weight]) => tf.mul(losses[name]!, weight))) as tf.Scalar
}

/** Keeps the temperature in its range where it is trained. @returns it, as it stands after the step */
export function settleTemperature({ parameters }: Pick<AfterContext, 'parameters'>, trained: boolean) {
  const temperature = parameters['temp']!
  if (trained) clampTemperature(temperature)
  return { temperature }
}
