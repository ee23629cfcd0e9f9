import { tf } from '../tensor/index.ts'
import type { CaptionRows } from './decode.ts'
import type { NextTokens } from './nextTokens.ts'

/** A decoder that goes one token on in all its rows at once. */
export interface Decoder {
  rows: number
  /** Rows that belong to one picture: 1, or the number of beams. */
  beams: number
  /**
   * Feeds the tokens at `position`; rows first take over the past of `parents`, which are rows of the same picture.
   * The scores hold until the next step.
   */
  step(tokens: Int32Array, position: number, parents: Int32Array): Promise<NextTokens>
  /** Frees the last step's scores. */
  dispose(): void
}

/** The captured step: tokens, position, holders → likeliest tokens, their scores, log sums, all scores [V, R]. */
export type WriteStep = (inputs: Int32Array[]) => Promise<[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]>

/** A decoder over the captured step, for one batch of captions. */
export function createDecoder(write: WriteStep, { batch, beams, length }: CaptionRows): Decoder {
  const rows = batch * beams
  let holders = new Int32Array(rows * length).fill(-1)
  let scores: tf.Tensor | null = null

  /** Rows go on from their parents: what these hold, and whose places they read, they do too. */
  function follow(parents: Int32Array, position: number) {
    const next = new Int32Array(holders.length)
    parents.forEach((parent, row) => {
      next.set(holders.subarray(parent * length, (parent + 1) * length), row * length)
      next[row * length + position] = row % beams
    })
    holders = next
  }

  async function step(tokens: Int32Array, position: number, parents: Int32Array): Promise<NextTokens> {
    follow(parents, position)
    dispose()
    const [likely, best, logSums, all] = await write([tokens, Int32Array.of(position), holders])
    scores = all
    const [ids, values, sums] = await Promise.all([likely.data(), best.data(), logSums.data()])
    tf.dispose([likely, best, logSums])
    return nextTokens({ ids: ids as Int32Array, values: values as Float32Array, sums: sums as Float32Array }, all)
  }

  function dispose() {
    scores?.dispose()
    scores = null
  }
  return { rows, beams, step, dispose }
}

interface Likeliest {
  ids: Int32Array
  values: Float32Array
  sums: Float32Array
}

function nextTokens({ ids, values, sums }: Likeliest, scores: tf.Tensor): NextTokens {
  const [vocabulary, rows] = scores.shape as [number, number]
  const count = ids.length / rows
  let fetched: Promise<Float32Array> | null = null
  return {
    likeliest: (row) =>
      Array.from({ length: count }, (_, i) => ({ token: ids[row * count + i]!, score: values[row * count + i]! })),
    logSum: (row) => sums[row]!,
    async all(row) {
      fetched ??= rowsOf(scores)
      return (await fetched).slice(row * vocabulary, (row + 1) * vocabulary)
    },
  }
}

/** [V, R] → the values of [R, V] */
async function rowsOf(scores: tf.Tensor): Promise<Float32Array> {
  const turned = tf.transpose(scores)
  const values = await turned.data<'float32'>()
  turned.dispose()
  return values
}
