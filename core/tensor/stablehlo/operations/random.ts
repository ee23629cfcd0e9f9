import { dataType } from '../../ffi/types.ts'
import { emitAll, typeOf, type Builder, type Value } from '../builder.ts'
import { input, known, number, operations, unsupported, type Lowering, type Operations } from '../call.ts'
import { constant } from '../constant.ts'
import { bitcast, concatenate, convert, reshape, slice } from '../instructions.ts'
import { uint32 } from '../types.ts'

// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), as TensorFlow's stateless operations use it.
const philox = 1

// What TensorFlow mixes seeds with (stateless_random_ops_v2.cc).
const mixingKey = [0x3ec8f720, 0x02461e29]

/** Random 32-bit words from key [1] and counter [2], both uint64. */
function words(builder: Builder, key: Value, counter: Value, shape: number[]): Value {
  const state = concatenate(builder, [key, counter], 0)
  const results = [
    { shape: state.shape, type: dataType.uint64 },
    { shape, type: uint32 },
  ]
  const types = `(${typeOf(state)}) -> (${results.map(typeOf).join(', ')})`
  const body = `stablehlo.rng_bit_generator ${state.name}, algorithm = PHILOX : ${types}`
  return emitAll(builder, [state], results, body)[1]!
}

/** seed [2] → key uint64 [1], counter uint64 [2]. */
const keyAndCounter: Lowering = (call) => {
  const { builder } = call
  const wide = convert(builder, input(call, 0), dataType.int64) // keeps the sign, as TensorFlow
  const seed = bitcast(builder, wide, [2], dataType.uint64)
  const key = joined(builder, constant(builder, [1, 2], dataType.int32, Int32Array.from(mixingKey)))
  const mixed = words(builder, key, seed, [4])
  const half = (from: number) => joined(builder, reshape(builder, slice(builder, mixed, [from], [from + 2]), [1, 2]))
  const low = bitcast(builder, constant(builder, [1], dataType.int64, Int32Array.of(0)), [1], dataType.uint64)
  return [half(0), concatenate(builder, [low, half(2)], 0)]
}

/** Pairs of words, the low one first, as uint64. */
const joined = (builder: Builder, pairs: Value) => bitcast(builder, pairs, [pairs.shape[0]!], dataType.uint64)

/** (shape, key, counter, algorithm) → integers over the whole range. */
const fullIntegers: Lowering = (call) => {
  const type = number(call, 'dtype', dataType.int32)
  if (type !== dataType.int32) throw unsupported(call, 'only int32 numbers are supported')
  if (known(call, 3)[0] !== philox) throw unsupported(call, 'only the Philox algorithm is supported')
  const shape = known(call, 0)
  return bitcast(call.builder, words(call.builder, input(call, 1), input(call, 2), shape), shape, type)
}

export const randoms: Operations = {
  ...operations({ StatelessRandomGetKeyCounter: keyAndCounter }),
  ...operations({ StatelessRandomUniformFullIntV2: fullIntegers }, [0, 3]),
}
