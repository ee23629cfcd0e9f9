import { tf } from '../tensor/index.ts'
import type { PairIds } from './itc.ts'

/** Features of pairs and the pairs' ids; N rows. */
export interface Keys extends PairIds {
  /** Unit features [N, D]. */
  image: tf.Tensor
  text: tf.Tensor
}
export type KeyQueue = Keys & Record<keyof Keys, tf.Variable>

/** The id of a place that nothing was put in yet. */
const empty = -1

/**
 * A queue of Q places, all empty. Empty places take no part in a loss. (ALBEF starts with random vectors instead: on a large
 * set they are gone after a thousandth of the run, on a small one they would be the easiest negatives for much of it.)
 */
export function emptyQueue(size: number, width: number): Keys {
  const ids = () => tf.tensor1d(new Int32Array(size).fill(empty), 'int32')
  const features = () => tf.tensor2d(new Float32Array(size * width), [size, width])
  return { image: features(), text: features(), sample: ids(), caption: ids() }
}

/** What a batch is compared with: its own keys, then those of the queue, newest first. */
export function withQueue(own: Keys, queue: Keys): Keys {
  return eachPart((part) => tf.concat([own[part], queue[part]], 0))
}

/** 1 for each key that is there and 0 for empty places: float32 [N]. */
export function presentKeys({ sample }: Pick<Keys, 'sample'>): tf.Tensor {
  return tf.cast(tf.notEqual(sample, tf.scalar(empty, 'int32')), 'float32')
}

/**
 * Puts a batch's keys in front of the queue; the oldest drop out at its end. Any batch fits any queue, since nothing marks a
 * place in it; call it after the loss (algorithms.md §1.3).
 */
export function enqueue(queue: KeyQueue, own: Keys): void {
  const all = withQueue(own, queue)
  for (const part of parts) {
    const { shape } = queue[part]
    const start = new Array(shape.length).fill(0)
    queue[part].assign(tf.slice(all[part], start, shape))
  }
}

const parts = ['image', 'text', 'sample', 'caption'] as const satisfies (keyof Keys)[]

const eachPart = (make: (part: keyof Keys) => tf.Tensor): Keys =>
  Object.fromEntries(parts.map((part) => [part, make(part)])) as unknown as Keys
