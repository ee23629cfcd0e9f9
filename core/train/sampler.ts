import { Fault } from '../contract/fault.ts'
import { mix, permutation } from './random.ts'

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
 * A last batch that would be short is dropped, since shapes are static and the contrastive loss depends on the batch size.
 */
export function createSampler(pairs: number, batchSize: number, start: SamplerState): Sampler {
  if (pairs < batchSize) {
    throw new Fault('too-few-pairs', `A batch takes ${batchSize} pairs, but there are only ${pairs} to train on.`, {
      hint: 'Select more pairs or lower batchSize.',
    })
  }
  let { epoch, position } = start
  let order = permutation(pairs, mix(start.seed, epoch))

  function next(): Draw {
    if (position + batchSize > pairs) {
      epoch++
      position = 0
      order = permutation(pairs, mix(start.seed, epoch))
    }
    const indices = [...order.subarray(position, position + batchSize)]
    position += batchSize
    return { indices, epoch }
  }

  return { next, state: () => ({ seed: start.seed, epoch, position }) }
}
