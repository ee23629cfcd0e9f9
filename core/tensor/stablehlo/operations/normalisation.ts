import { sizeOf } from '../../ffi/types.ts'
import type { Builder, Value } from '../builder.ts'
import { flag, input, number, operations, text, type Call, type Lowering, type Operations } from '../call.ts'
import { numberFor } from '../constant.ts'
import { binary, broadcast, unary } from '../instructions.ts'
import { reduce } from '../reduction.ts'
import { indices } from '../types.ts'
import { meanOver } from './reduce.ts'

/** A tensor with one axis of channels. */
interface Channels {
  builder: Builder
  /** Repeats per-channel values. */
  spread(perChannel: Value): Value
  sum(x: Value): Value
  mean(x: Value): Value
  /** Elements of a channel. */
  count: number
}

function channelsOf(call: Call, x: Value): Channels {
  const { builder } = call
  const channel = text(call, 'data_format', 'NHWC').startsWith('NC') ? 1 : x.shape.length - 1
  const others = indices(x.shape.length).filter((axis) => axis !== channel)
  return {
    builder,
    spread: (perChannel) => broadcast(builder, perChannel, x.shape, [channel]),
    sum: (y) => reduce(builder, 'add', y, others),
    mean: (y) => meanOver(builder, y, others),
    count: sizeOf(others.map((axis) => x.shape[axis]!)),
  }
}

/** (x, scale, offset, mean, variance) → y, mean, variance, and two or three that the gradient reads. */
const batchNormalise: Lowering = (call) => {
  const { builder } = call
  const [x, scale, offset] = [input(call, 0), input(call, 1), input(call, 2)]
  const channels = channelsOf(call, x)
  const training = flag(call, 'is_training', true)
  const moments = training ? momentsOf(channels, x) : { mean: input(call, 3), variance: input(call, 4) }
  const inverse = inverseDeviation(builder, moments.variance, number(call, 'epsilon', 1e-4))
  const centred = binary(builder, 'subtract', x, channels.spread(moments.mean))
  const factor = channels.spread(binary(builder, 'multiply', inverse, scale))
  const y = binary(builder, 'add', binary(builder, 'multiply', centred, factor), channels.spread(offset))
  const unbiased = training ? times(builder, moments.variance, besselFactor(channels.count)) : moments.variance
  return [y, moments.mean, unbiased, moments.mean, moments.variance, numberFor(builder, 0, x)]
}

function momentsOf({ builder, spread, mean }: Channels, x: Value) {
  const average = mean(x)
  const centred = binary(builder, 'subtract', x, spread(average))
  return { mean: average, variance: mean(binary(builder, 'multiply', centred, centred)) }
}

const besselFactor = (count: number) => count / Math.max(1, count - 1)

const times = (builder: Builder, x: Value, factor: number) =>
  binary(builder, 'multiply', x, numberFor(builder, factor, x))

const inverseDeviation = (builder: Builder, variance: Value, epsilon: number) =>
  unary(builder, 'rsqrt', binary(builder, 'add', variance, numberFor(builder, epsilon, variance)))

/**
 * (dy, x, scale, mean, variance) → dx, dscale, doffset, and two empty ones. With n the normalised x, in training
 * dx = scale / σ · (dy − mean(dy) − n · mean(dy · n)); otherwise mean and variance are constants.
 */
const batchNormaliseGradient: Lowering = (call) => {
  const { builder } = call
  const [dy, x, scale] = [input(call, 0), input(call, 1), input(call, 2)]
  const channels = channelsOf(call, x)
  const inverse = inverseDeviation(builder, input(call, 4), number(call, 'epsilon', 1e-4))
  const centred = binary(builder, 'subtract', x, channels.spread(input(call, 3)))
  const normal = binary(builder, 'multiply', centred, channels.spread(inverse))
  const projected = binary(builder, 'multiply', dy, normal)
  const along = binary(builder, 'multiply', normal, channels.spread(channels.mean(projected)))
  const rest = binary(builder, 'subtract', binary(builder, 'subtract', dy, channels.spread(channels.mean(dy))), along)
  const factor = channels.spread(binary(builder, 'multiply', inverse, scale))
  const dx = binary(builder, 'multiply', flag(call, 'is_training', true) ? rest : dy, factor)
  const zero = numberFor(builder, 0, x)
  return [dx, channels.sum(projected), channels.sum(dy), zero, zero]
}

export const normalisations: Operations = operations({
  FusedBatchNorm: batchNormalise,
  FusedBatchNormV3: batchNormalise,
  FusedBatchNormGradV3: batchNormaliseGradient,
})
