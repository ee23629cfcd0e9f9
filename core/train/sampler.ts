import { Fault } from '../contract/fault.ts'
import { mix, permutation, weightedOrder } from './random.ts'

/** Where the sampler stands. With the number of pairs, this is all that is needed to go on exactly. */
export interface SamplerState {
  seed: number
  epoch: number
  /** Pairs of this epoch that were already drawn. */
  position: number
}

export interface Draw {
  /** Positions in the list of pairs. */
  indices: number[]
  /** The epoch that the batch belongs to. */
  epoch: number
}

export interface Sampler {
  next(): Draw
  /** The state before the next draw. */
  state(): SamplerState
}

/**
 * Draws batches without repetition inside an epoch; each epoch has its own seeded order.
 * With weights, an epoch has as many draws as there are pairs, each pair as often as its weight says, give or take one.
 * A last batch that would be short is dropped, since shapes are static and the contrastive loss depends on the batch size.
 */
export function createSampler(pairs: number, batchSize: number, start: SamplerState, weights?: Float64Array): Sampler {
  const orderOf = (epoch: number) =>
    weights ? weightedOrder(weights, mix(start.seed, epoch)) : permutation(pairs, mix(start.seed, epoch))
  if (pairs < batchSize) {
    throw new Fault('too-few-pairs', `A batch takes ${batchSize} pairs, but there are only ${pairs} to train on.`, {
      hint: 'Select more pairs or lower batchSize.',
    })
  }
  let { epoch, position } = start
  let order = orderOf(epoch)

  function next(): Draw {
    if (position + batchSize > pairs) {
      epoch++
      position = 0
      order = orderOf(epoch)
    }
    const indices = [...order.subarray(position, position + batchSize)]
    position += batchSize
    return { indices, epoch }
  }

  return { next, state: () => ({ seed: start.seed, epoch, position }) }
}
