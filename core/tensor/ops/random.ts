import { Fault } from '../../contract/fault.ts'
import { tf } from '../tfjs.ts'
import { attribute, runOperation } from './operation.ts'
import { backend } from '../backend/current.ts'

// Random numbers are made from the integers of the stateless Philox generator, which TensorFlow's kernels and XLA agree on bit by bit
// (their own float versions differ). The same seed gives the same numbers: eager, captured, or compiled.
const philox = 1

/** Uniform numbers in [0, 1), multiples of 2⁻²⁴. seed int32 [2]. */
export function randomUniform(shape: number[], seed: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(lowBits(shape, seed, 24), 2 ** -24))
}

/** Standard normal numbers, by the inverse distribution function; within ±5.3. seed int32 [2]. */
export function randomNormal(shape: number[], seed: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    // odd multiples of 2⁻²³ between -1 and 1: exact in float32, and never ±1
    const even = tf.sub(tf.mul(tf.add(lowBits(shape, seed, 23), 0.5), 2 ** -22), 1)
    return tf.mul(runOperation('Erfinv', [attribute.type('T', 'float32')], [even]), Math.SQRT2)
  })
}

/** An independent seed for use number `n` (an integer): fold once per call site, since one seed gives one sequence. int32 [2] → int32 [2]. */
export function fold(seed: tf.Tensor, n: number): tf.Tensor {
  return tf.tidy(() => randomBits([2], tf.add(seed, tf.tensor1d([n, 0], 'int32'))))
}

/**
 * Zeroes each value with probability `rate` and scales the rest by 1 / (1 − rate). Any shape; seed int32 [2].
 * Rate 0 returns the input.
 */
export function dropout(x: tf.Tensor, rate: number, seed: tf.Tensor): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) throw new Fault('tensor-invalid', `A dropout rate must be in [0, 1), not ${rate}.`)
  if (rate === 0) return tf.clone(x)
  const keep = tf.greaterEqual(randomUniform(x.shape, seed), rate)
  return tf.mul(x, tf.mul(tf.cast(keep, 'float32'), 1 / (1 - rate)))
}

/** One draw per row with probability softmax(logits). logits [N, K], seed int32 [2] → int32 [N]. By Gumbel's maximum. */
export function categorical(logits: tf.Tensor, seed: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const smallest = 1.2e-38 // a uniform 0 would give an infinite logarithm
    const uniform = tf.maximum(randomUniform(logits.shape, seed), smallest)
    const gumbel = tf.neg(tf.log(tf.neg(tf.log(uniform))))
    return tf.argMax(tf.add(logits, gumbel), -1)
  })
}

/** The lowest bits of random integers, as float32. */
function lowBits(shape: number[], seed: tf.Tensor, bits: number): tf.Tensor {
  const mask = tf.scalar(2 ** bits - 1, 'int32')
  return tf.cast(runOperation('BitwiseAnd', [attribute.type('T', 'int32')], [randomBits(shape, seed), mask]), 'float32')
}

/** Random int32 numbers over the whole range. */
function randomBits(shape: number[], seed: tf.Tensor): tf.Tensor {
  const { binding } = backend()
  return tf.tidy(() => {
    // Subtle: XLA widens a negative seed differently, so the sign bit is dropped.
    const positive = runOperation('BitwiseAnd', [attribute.type('T', 'int32')], [seed, tf.scalar(0x7fffffff, 'int32')])
    const inputs = [tf.tensor1d(shape, 'int32'), tf.scalar(philox, 'int32'), positive]
    const [shapeId, algorithmId, seedId] = backend().getInputTensorIds(inputs) as [number, number, number]
    // Key and counter are uint64, which tfjs has no tensor for: they stay bare ids.
    const [key, counter] = binding.executeOp(
      'StatelessRandomGetKeyCounter',
      [attribute.type('Tseed', 'int32')],
      [seedId],
      2,
    )
    const attributes = [attribute.type('dtype', 'int32'), attribute.type('Tshape', 'int32')]
    const ids = [shapeId, key!.id, counter!.id, algorithmId]
    const [bits] = binding.executeOp('StatelessRandomUniformFullIntV2', attributes, ids, 1)
    for (const { id } of [key!, counter!]) binding.deleteTensor(id)
    return backend().createOutputTensor(bits!)
  })
}
